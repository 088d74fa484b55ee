import { copyFileSync, mkdirSync } from 'node:fs';
import { fileURLToPath, URL } from 'node:url';
import { build, defineConfig } from 'vite';

// The widget is two scripts under fixed names and four plain files: it has no framework and no dependency. What it has in common with the
// console (attachments, unsent messages) it takes from there.
const root = fileURLToPath(new URL('../widget', import.meta.url));
const out = `${root}/dist`;

function script(entry: string, file: string, empty: boolean) {
  return {
    root,
    configFile: false as const,
    publicDir: false as const,
    logLevel: 'warn' as const,
    resolve: { alias: { '@': fileURLToPath(new URL('./src', import.meta.url)) } },
    build: {
      target: 'chrome66',
      outDir: out,
      emptyOutDir: empty,
      minify: 'esbuild' as const,
      lib: { entry: `${root}/src/${entry}`, formats: ['iife' as const], name: 'guitai', fileName: () => file },
    },
  };
}

export default defineConfig({
  ...script('chat-window.ts', 'chat-window.js', true),
  plugins: [
    {
      name: 'the-rest-of-the-widget',
      async closeBundle() {
        await build(script('widget.ts', 'widget.js', false));
        mkdirSync(out, { recursive: true });
        for (const f of ['chat-window.html', 'chat-window.css', 'demo.html', 'demo.css']) copyFileSync(`${root}/src/${f}`, `${out}/${f}`);
      },
    },
  ],
});
