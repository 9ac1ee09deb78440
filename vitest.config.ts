import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    include: ["src/**/*.test.ts", "tests/**/*.test.ts", "tests/**/*.test.tsx"],
    exclude: ["**/node_modules/**", "tests/apps/**", "tests/components/apps/**"],
    testTimeout: 60_000,
    hookTimeout: 120_000,
    // Two cores: more workers only make every server slower.
    maxWorkers: 2,
    reporters: process.env["CI"] ? ["default"] : ["default"],
  },
});
