import { defineConfig } from 'vitest/config'

// `.ci/run` names a file here and reads the counts from it.
const results = process.env.TEST_RESULTS

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    // Golden files are generated tests of the sample apps: compared as text, run where they belong.
    exclude: ['test/golden/**'],
    maxWorkers: 2,
    // Tests start databases and child processes; a two-core machine under load needs the room.
    testTimeout: 60_000,
    hookTimeout: 60_000,
    reporters: results ? ['default', 'json'] : ['default'],
    ...(results && { outputFile: { json: results } }),
  },
})
