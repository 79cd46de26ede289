import { defineConfig } from 'vitest/config'

// `.ci/run` names a file here and reads the counts from it.
const results = process.env.TEST_RESULTS

// Stages that read and compute: their tests share the modules of one worker, for loading the compiler and 200 modules of
// the scan anew takes longer than most of these files do.
const COMPUTING = ['test/{scan,plan,prove,report,write}/**/*.test.ts', 'test/check/rules.test.ts']

export default defineConfig({
  test: {
    // Tests start databases and child processes; a two-core machine under load needs the room.
    maxWorkers: 2,
    testTimeout: 60_000,
    hookTimeout: 60_000,
    projects: [
      { extends: true, test: { name: 'computing', include: COMPUTING, isolate: false } },
      {
        extends: true,
        // Golden files are generated tests of the sample apps: compared as text, run where they belong.
        test: { name: 'running', include: ['test/**/*.test.ts'], exclude: ['test/golden/**', ...COMPUTING] },
      },
    ],
    reporters: results ? ['default', 'json'] : ['default'],
    ...(results && { outputFile: { json: results } }),
  },
})
