import { join } from "node:path";
import { defineConfig } from "vitest/config";
import { BaseSequencer, type TestSpecification } from "vitest/node";

/** Tests of whole servers take the longest and come first: what is last are short ones, which end together. */
class ServersFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const sorted = await super.sort(files);
    const isUnit = ({ moduleId }: TestSpecification): boolean => moduleId.startsWith(join(import.meta.dirname, "src"));
    return [...sorted.filter((file) => !isUnit(file)), ...sorted.filter(isUnit)];
  }
}

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
    // Two cores: three files at a time take a sixth less, but hold up servers for so long that one test in a thousand takes it for a fault.
    maxWorkers: 2,
    sequence: { sequencer: ServersFirst },
    reporters: ["default"],
  },
});
