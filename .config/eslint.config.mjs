import tseslint from "typescript-eslint";

/** Rules beyond strictTypeChecked say what this project decided; each has its reason beside it. */
export default tseslint.config(
  { ignores: ["dist/**", "src/database/generated/**", "coverage/**"] },
  ...tseslint.configs.strictTypeChecked,
  ...tseslint.configs.stylisticTypeChecked,
  {
    languageOptions: {
      parserOptions: { project: "./tsconfig.json", tsconfigRootDir: new URL("..", import.meta.url).pathname },
    },
    rules: {
      // Numbers, bigints and booleans in messages are fine; objects and undefined are not.
      "@typescript-eslint/restrict-template-expressions": [
        "error",
        { allowNumber: true, allowBoolean: true },
      ],
      "@typescript-eslint/switch-exhaustiveness-check": "error",
      "@typescript-eslint/consistent-type-definitions": ["error", "interface"],
      "@typescript-eslint/no-unused-vars": ["error", { argsIgnorePattern: "^_", varsIgnorePattern: "^_" }],
      "@typescript-eslint/require-await": "off",
      "@typescript-eslint/unbound-method": ["error", { ignoreStatic: true }],
      // A thrown value is always an Error with a code; an empty catch swallows.
      "no-empty": "error",
      "no-console": "error",
      eqeqeq: ["error", "always", { null: "ignore" }],
      // One way to import: names.
      "no-restricted-exports": ["error", { restrictDefaultExports: { direct: true } }],
      // The environment has one reader, the clock has one reader.
      "no-restricted-syntax": [
        "error",
        {
          selector: "MemberExpression[object.name='process'][property.name='env']",
          message: "Only src/config reads the environment.",
        },
        {
          selector:
            "CallExpression[callee.object.name='Date'][callee.property.name='now'], NewExpression[callee.name='Date'][arguments.length=0]",
          message: "Only src/lib/clock.ts reads the clock.",
        },
      ],
    },
  },
  // Plain JavaScript, run without a build: checked for form, not for types.
  {
    files: ["**/*.mjs", "src/web/assets/*.js"],
    ...tseslint.configs.disableTypeChecked,
    languageOptions: { parserOptions: { project: null } },
  },
  // winston declares its transports apart from the class they extend.
  {
    files: ["src/lib/logger.ts"],
    rules: { "@typescript-eslint/no-unsafe-class-instance-assignment": "off" },
  },
  { files: ["src/config/**", "src/lib/clock.ts"], rules: { "no-restricted-syntax": "off" } },
  {
    files: ["test/**", ".config/**", "prisma/engine/**"],
    rules: { "no-restricted-syntax": "off", "no-restricted-exports": "off" },
  },
);
