import { join } from "node:path";
import { defineConfig } from "vitest/config";

export default defineConfig({
  // Published components bring hooks: they must find the React and the client that the test renders with.
  resolve: {
    dedupe: ["react", "react-dom", "convex"],
    // Tests of examples import the package by its name.
    alias: { "rivulet/testing": join(import.meta.dirname, "dist", "testing", "index.js") },
  },
  test: {
    server: { deps: { inline: [/@convex-dev\//, /convex-helpers\//] } },
    include: ["src/**/*.test.ts", "tests/**/*.test.ts", "tests/**/*.test.tsx", "examples/*/tests/**/*.test.ts"],
    exclude: ["**/node_modules/**", "tests/apps/**", "tests/components/apps/**"],
    testTimeout: 60_000,
    hookTimeout: 120_000,
    // Two cores: more workers only make every server slower.
    maxWorkers: 2,
    reporters: process.env["CI"] ? ["default"] : ["default"],
  },
});
