import { fileURLToPath } from 'node:url';
import { svelte } from '@sveltejs/vite-plugin-svelte';
import { defineConfig } from 'vitest/config';
import { manual } from './manual';

// Times on screen are local; the tests are written for Berlin.
if (process.env['VITEST']) process.env['TZ'] = 'Europe/Berlin';

const at = (folder: string): string => fileURLToPath(new URL(`./src/${folder}`, import.meta.url));

export default defineConfig({
  plugins: [svelte(), manual(fileURLToPath(new URL('../docs/benutzer', import.meta.url)))],
  // Relative, so that the same files are served by the shell's protocol and by the bridge under any path.
  base: './',
  resolve: {
    alias: {
      $app: at('app'),
      $features: at('features'),
      $host: at('host'),
      $i18n: at('i18n/index.ts'),
      $kit: at('kit'),
      $lib: at('lib'),
      $rpc: at('rpc'),
    },
    // Vitest would otherwise take Svelte's server build.
    ...(process.env['VITEST'] ? { conditions: ['browser'] } : {}),
  },
  build: {
    // WebKitGTK 2.44 and WebView2 of 2024 know `light-dark()`; older targets would have it rewritten.
    target: ['chrome123', 'safari17.5'],
    // Data URLs would need an exception in the content security policy.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
  },
  // The manual's pictures lie beside this folder.
  server: { port: 1420, strictPort: true, fs: { allow: ['..'] } },
  test: {
    environment: 'jsdom',
    setupFiles: ['./tests/setup.ts'],
    include: ['src/**/*.test.ts', 'tests/**/*.test.ts'],
    restoreMocks: true,
    testTimeout: 30_000,
  },
});
