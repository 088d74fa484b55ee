import { fileURLToPath, URL } from 'node:url';
import vueI18n from '@intlify/unplugin-vue-i18n/vite';
import vue from '@vitejs/plugin-vue';
import { defineConfig } from 'vitest/config';

// `npm run dev` shows the pages against a running appliance: GUITAI_STAFF_URL is the staff (or admin) listener.
const server = process.env.GUITAI_STAFF_URL ?? 'http://127.0.0.1:8480';
const proxied = {
  target: server,
  changeOrigin: true,
  ws: true,
  // The appliance compares Origin with its own address; in development the browser's origin is Vite's.
  headers: { origin: server },
};

export default defineConfig({
  plugins: [
    vue(),
    vueI18n({
      include: [fileURLToPath(new URL('./src/i18n/locales/**', import.meta.url))],
      // Messages become syntax trees at build time: the page's policy forbids eval, and the compiler need not be shipped.
      runtimeOnly: true,
      dropMessageCompiler: true,
      strictMessage: false,
    }),
  ],
  resolve: { alias: { '@': fileURLToPath(new URL('./src', import.meta.url)) } },
  server: { port: 5173, proxy: { '/api': proxied, '/live': proxied, '/openapi.json': proxied } },
  build: {
    // Bank desktops run Chromium 86 to 108 (360, UOS, Kylin browsers).
    target: 'chrome86',
    cssTarget: 'chrome86',
    assetsInlineLimit: 0,
    // The polyfill would be an inline script, which the policy refuses; Chromium 86 preloads modules by itself.
    modulePreload: { polyfill: false },
    chunkSizeWarningLimit: 700,
    rollupOptions: {
      output: {
        manualChunks(id) {
          if (id.includes('/element-plus/') || id.includes('/@element-plus/')) return 'ui';
          if (id.includes('/node_modules/')) return 'vendor';
          return undefined;
        },
      },
    },
  },
  test: { environment: 'happy-dom', include: ['test/**/*.test.ts'], restoreMocks: true },
});
