import tseslint from "typescript-eslint";

export default tseslint.config(
  { ignores: ["dist", "node_modules", "examples/*/dist", "examples/*/node_modules", "examples/*/.next", "examples/*/next-env.d.ts", "**/_generated", "tests/apps", "tests/components/apps"] },
  {
    files: ["**/*.ts", "**/*.tsx"],
    extends: [tseslint.configs.base],
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    rules: {
      "@typescript-eslint/no-explicit-any": "error",
      "@typescript-eslint/no-floating-promises": "error",
      "@typescript-eslint/no-misused-promises": "error",
      "@typescript-eslint/await-thenable": "error",
      "@typescript-eslint/switch-exhaustiveness-check": ["error", { considerDefaultExhaustiveForUnions: true }],
      "@typescript-eslint/only-throw-error": "error",
      "@typescript-eslint/no-unused-vars": ["error", { argsIgnorePattern: "^_", varsIgnorePattern: "^_" }],
      "@typescript-eslint/no-unsafe-function-type": "error",
      "@typescript-eslint/no-non-null-assertion": "off",
      "no-console": ["error"],
      eqeqeq: ["error", "always"],
      "prefer-const": "error",
    },
  },
  { files: ["tests/**", "bench/**", "examples/**", "**/*.test.ts", "scripts/**", "src/cli/**"], rules: { "no-console": "off" } },
);
