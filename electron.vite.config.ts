import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import tailwind from '@tailwindcss/vite'
import vue from '@vitejs/plugin-vue'
import { defineConfig, type UserConfig } from 'electron-vite'
import { contentPolicy } from './engine/rpc/contract/content-policy.ts'

const root = import.meta.dirname

/** Native packages stay outside the bundle; everything else goes in, so that the packaged program needs no other module. */
const external = ['electron', 'better-sqlite3']

/** CommonJS files that Electron 25 (Node 18) and all later ones load alike. */
const commonJs = {
  format: 'cjs' as const,
  entryFileNames: '[name].cjs',
  chunkFileNames: 'chunks/[name]-[hash].cjs',
}

const mainEntries = { main: join(root, 'electron/main.ts'), 'engine-host': join(root, 'electron/engine-host.ts') }

/** Puts the content policy into the built page, and the program's icon beside it for the browser's tab. */
const pageHead: NonNullable<NonNullable<UserConfig['renderer']>['plugins']>[number] = {
  name: 'lamina:page-head',
  apply: 'build',
  generateBundle() {
    this.emitFile({ type: 'asset', fileName: 'icon.svg', source: readFileSync(join(root, 'resources/icon.svg')) })
  },
  transformIndexHtml: () => [
    {
      tag: 'meta',
      attrs: { 'http-equiv': 'Content-Security-Policy', content: contentPolicy() },
      injectTo: 'head-prepend',
    },
    { tag: 'link', attrs: { rel: 'icon', type: 'image/svg+xml', href: './icon.svg' }, injectTo: 'head' },
  ],
}

export default defineConfig({
  main: {
    build: {
      outDir: 'out/main',
      target: 'node18',
      externalizeDeps: false,
      sourcemap: true,
      minify: false,
      reportCompressedSize: false,
      rolldownOptions: { input: mainEntries, external, output: commonJs },
    },
  },
  preload: {
    build: {
      outDir: 'out/preload',
      target: 'node18',
      externalizeDeps: false,
      minify: false,
      reportCompressedSize: false,
      rolldownOptions: { input: { preload: join(root, 'electron/preload.ts') }, external, output: commonJs },
    },
  },
  renderer: {
    root: join(root, 'renderer'),
    publicDir: existsSync(join(root, 'renderer/public')) ? join(root, 'renderer/public') : false,
    base: './',
    plugins: [vue(), tailwind(), pageHead],
    build: {
      outDir: join(root, 'out/renderer'),
      emptyOutDir: true,
      target: 'chrome114',
      // A strict content policy forbids inline data other than images and the inline script of the polyfill.
      modulePreload: { polyfill: false },
      assetsInlineLimit: 0,
      reportCompressedSize: false,
      rolldownOptions: { input: join(root, 'renderer/index.html') },
    },
  },
})
