import { createTypeScriptImportResolver } from 'eslint-import-resolver-typescript'
import { importX } from 'eslint-plugin-import-x'
import tseslint from 'typescript-eslint'

/** Imports point one way; docs/architecture.md draws it. */
const zone = (target, from, message) => ({ target, from, message })
const pure = ['./src/model', './src/catalog', './src/plan', './src/images']
const adapters = ['./src/ssh', './src/docker', './src/host', './src/state', './src/registry']
const people = ['./src/cli', './src/client', './src/local']
const temporal = ['./workflows', './activities', './workers']

export default tseslint.config(
  {
    ignores: [
      'dist/',
      'node_modules/',
      'coverage/',
      'eslint.config.js',
      'lab/',
      'images/',
      '**/*.mjs',
    ],
  },
  ...tseslint.configs.strictTypeChecked,
  {
    languageOptions: { parserOptions: { projectService: true } },
    plugins: { 'import-x': importX },
    settings: { 'import-x/resolver-next': [createTypeScriptImportResolver()] },
    rules: {
      '@typescript-eslint/consistent-type-imports': 'error',
      '@typescript-eslint/no-floating-promises': 'error',
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true }],
      '@typescript-eslint/no-confusing-void-expression': ['error', { ignoreArrowShorthand: true }],
      'import-x/no-cycle': 'error',
      'import-x/no-restricted-paths': [
        'error',
        {
          zones: [
            ...pure.map((t) =>
              zone(
                t,
                [...adapters, ...people, ...temporal],
                'Pure code touches no machine and knows no Temporal.',
              ),
            ),
            ...adapters.map((t) =>
              zone(
                t,
                [...people, ...temporal],
                'Adapters know neither Temporal nor the command line.',
              ),
            ),
            zone(
              './workflows',
              adapters,
              'Workflows are deterministic: machines are for activities.',
            ),
            zone('./workflows', people, 'Workflows know nothing of their callers.'),
            zone('./activities', people, 'Activities know nothing of their callers.'),
            zone(
              './src/client',
              ['./src/cli', './activities', './workers'],
              'The client knows workflow types only.',
            ),
          ],
        },
      ],
    },
  },
  {
    files: [...pure, ...adapters].map((folder) => `${folder.slice(2)}/**/*.ts`),
    rules: {
      'no-restricted-imports': [
        'error',
        {
          patterns: [
            {
              group: ['@temporalio/*'],
              message: 'Only workflows, activities, workers and client know Temporal.',
            },
          ],
        },
      ],
    },
  },
  {
    files: ['workflows/**/*.ts'],
    rules: {
      '@typescript-eslint/no-restricted-imports': [
        'error',
        {
          patterns: [
            { group: ['node:*'], message: 'The workflow sandbox has no Node.' },
            {
              group: ['**/activities/*'],
              message: 'Import the type of activities only.',
              allowTypeImports: true,
            },
          ],
        },
      ],
    },
  },
)
