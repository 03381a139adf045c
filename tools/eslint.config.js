import path from "node:path";
import tseslint from "typescript-eslint";

export default tseslint.config(
  { ignores: ["dist/", "lib/generated/", "test/generated/", "**/*.js", "**/*.cjs"] },
  ...tseslint.configs.strictTypeChecked,
  ...tseslint.configs.stylisticTypeChecked,
  {
    languageOptions: {
      parserOptions: {
        projectService: true,
        tsconfigRootDir: path.resolve(import.meta.dirname, ".."),
      },
    },
    linterOptions: { reportUnusedDisableDirectives: "error" },
    rules: {
      "no-console": "error",
      "no-nested-ternary": "error",
      // Prettier wraps code at 100 columns but no comment and no text.
      "max-len": ["error", { code: 120, ignoreUrls: true, ignoreRegExpLiterals: true }],
      eqeqeq: "error",
      // Interfaces here are records of functions over a closure; `this` occurs in a few small classes only.
      "@typescript-eslint/unbound-method": "off",
      "@typescript-eslint/no-explicit-any": "error",
      // Settings and events come with names from outside; noUncheckedIndexedAccess sees to what is missing.
      "@typescript-eslint/dot-notation": "off",
      "@typescript-eslint/restrict-template-expressions": [
        "error",
        { allowNumber: true, allowBoolean: true },
      ],
      "@typescript-eslint/no-confusing-void-expression": ["error", { ignoreArrowShorthand: true }],
      "@typescript-eslint/no-unused-vars": [
        "error",
        { ignoreRestSiblings: true, argsIgnorePattern: "^_", varsIgnorePattern: "^_" },
      ],
      "@typescript-eslint/switch-exhaustiveness-check": "error",
      // A fault thrown by promise rejection is always a Fault or an Unusable; tests throw on purpose.
      "@typescript-eslint/only-throw-error": "error",
      "@typescript-eslint/prefer-promise-reject-errors": "error",
      "@typescript-eslint/consistent-type-definitions": ["error", "interface"],
    },
  },
  { files: ["tools/**", "test/**"], rules: { "no-console": "off" } },
);
