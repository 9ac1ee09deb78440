import { fileURLToPath } from "node:url";
import { defineConfig } from "vitest/config";

export default defineConfig({
  // In this repository the package is what `npm run build` at its root has made. An app of your own installs it, and needs no alias.
  resolve: { alias: { "rivulet/testing": fileURLToPath(new URL("../../dist/testing/index.js", import.meta.url)) } },
  test: { include: ["tests/**/*.test.ts"], reporters: ["verbose"] },
});
