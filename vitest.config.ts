import vue from '@vitejs/plugin-vue'
import { defineConfig } from 'vitest/config'

const slow = 'test/**/*.slow.test.ts'
const dom = 'test/**/*.dom.test.ts'

/** The numeric tests once more with a lower instruction set, which the engine takes from the environment. */
const lowered = (level: 'avx2' | 'plain') => ({
  extends: true as const,
  test: {
    name: level,
    environment: 'node',
    env: { LAMINA_SIMD: level },
    include: [
      'test/conformance/ops/kernels.test.ts',
      'test/unit/native/{attention,kernels,level,losses,optimizers,random,session}.test.ts',
      'test/integration/training/golden-*.test.ts',
    ],
  },
})

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
      lowered('avx2'),
      lowered('plain'),
    ],
  },
})
