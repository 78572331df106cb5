import vue from '@vitejs/plugin-vue'
import { defineConfig } from 'vitest/config'

const slow = 'test/**/*.slow.test.ts'
const dom = 'test/**/*.dom.test.ts'

export default defineConfig({
  plugins: [vue()],
  test: {
    pool: 'forks',
    maxWorkers: 2,
    testTimeout: 30_000,
    hookTimeout: 30_000,
    passWithNoTests: false,
    coverage: { provider: 'v8', include: ['engine/**/*.ts', 'renderer/**/*.{ts,vue}', 'electron/**/*.ts'] },
    projects: [
      {
        extends: true,
        test: {
          name: 'engine',
          environment: 'node',
          include: ['test/{unit,conformance,integration}/**/*.test.ts'],
          exclude: [slow, dom],
        },
      },
      {
        extends: true,
        test: {
          name: 'window',
          environment: 'happy-dom',
          setupFiles: ['test/support/dom-setup.ts'],
          include: ['test/unit/**/*.dom.test.ts'],
          exclude: [slow],
        },
      },
    ],
  },
})
