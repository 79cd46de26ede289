import { expect, it } from 'vitest'
import { matchesGlob } from '../../src/run/matches-glob.ts'

it.each([
  ['tests/a.test.ts', '**/*.{test,spec}.?(c|m)[jt]s?(x)', true],
  ['a.spec.mjs', '**/*.{test,spec}.?(c|m)[jt]s?(x)', true],
  ['tests/helper.ts', '**/*.{test,spec}.?(c|m)[jt]s?(x)', false],
  ['tests/integration/a.test.ts', 'tests/integration/**/*.test.ts', true],
  ['tests/integration/deep/er/a.test.ts', './tests/integration/**', true],
  ['tests/unit/a.test.ts', 'tests/integration/**/*.test.ts', false],
  ['src/a.test.ts', 'src/*.test.ts', true],
  ['src/b/a.test.ts', 'src/*.test.ts', false],
])('%s of %s: %s', (path, pattern, fits) => {
  expect(matchesGlob(path, pattern)).toBe(fits)
})
