import { defineConfig } from 'vitest/config'

/** Tests on real data that take long: accuracies of the templates, kill and resume, oracles. */
export default defineConfig({
  test: {
    name: 'slow',
    environment: 'node',
    pool: 'forks',
    maxWorkers: 2,
    include: ['test/**/*.slow.test.ts'],
    testTimeout: 600_000,
    hookTimeout: 120_000,
    passWithNoTests: true,
  },
})
