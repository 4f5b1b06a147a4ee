import js from '@eslint/js';
import svelte from 'eslint-plugin-svelte';
import globals from 'globals';
import ts from 'typescript-eslint';
import svelteConfig from './svelte.config.js';

/** Import walls: what a folder of `src/` must not import. Folders below are flat, so `../*` is always another folder. */
const wall = (folder, forbidden, files = [`src/${folder}/**/*.{ts,svelte}`]) => ({
  files,
  rules: {
    'no-restricted-imports': [
      'error',
      {
        patterns: [
          ...forbidden.map((name) => ({
            group: [`$${name}`, `$${name}/*`],
            message: `${folder} must not import ${name}`,
          })),
          { group: ['../*'], message: 'name the folder by its alias, so that the walls are seen' },
          { group: ['@tauri-apps/*'], message: 'only host/tauri.ts speaks to the shell' },
        ],
      },
    ],
  },
});

export default ts.config(
  { ignores: ['dist', 'src/i18n/gen', 'src/rpc/gen.ts'] },
  js.configs.recommended,
  ...ts.configs.strict,
  ...svelte.configs.recommended,
  {
    languageOptions: { globals: { ...globals.browser, ...globals.node } },
    rules: {
      '@typescript-eslint/no-non-null-assertion': 'off',
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', varsIgnorePattern: '^_' }],
      // `boolean | void`: a key's act says `true` only when it did not use the key.
      '@typescript-eslint/no-invalid-void-type': 'off',
      eqeqeq: ['error', 'always', { null: 'ignore' }],
      'max-lines': ['error', { max: 400 }],
      'no-console': 'error',
    },
  },
  {
    files: ['**/*.svelte', '**/*.svelte.ts'],
    languageOptions: { parserOptions: { parser: ts.parser, extraFileExtensions: ['.svelte'], svelteConfig } },
    rules: {
      'svelte/no-at-html-tags': 'error',
      // Widths of bars are set as properties, which the content security policy allows; attributes are refused by a test.
      'svelte/no-inline-styles': 'off',
      // A map or date that is made anew each time needs no reactivity of its own.
      'svelte/prefer-svelte-reactivity': 'off',
      'svelte/no-navigation-without-resolve': 'off',
      'svelte/require-each-key': 'error',
      'prefer-const': 'off',
    },
  },
  wall('lib', ['kit', 'rpc', 'features', 'host', 'app']),
  wall('kit', ['rpc', 'features', 'host', 'app']),
  wall('rpc', ['kit', 'features', 'app']),
  wall('host', ['kit', 'rpc', 'features', 'app', 'lib', 'i18n']),
  wall('features', ['features', 'host', 'app']),
  wall('app', []),
  { files: ['src/host/tauri.ts'], rules: { 'no-restricted-imports': 'off' } },
  { files: ['**/*.test.ts', 'tests/**'], rules: { 'no-restricted-imports': 'off', 'max-lines': 'off' } },
);
