import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { expect } from 'vitest'
import { repository } from './copy-fixture.ts'

/** Compares with `test/golden/<name>`; `UPDATE_GOLDEN=1` writes it instead, for a review of the diff. */
export function expectGolden(name: string, actual: string): void {
  const file = path.join(repository, 'test/golden', name)
  if (process.env.UPDATE_GOLDEN === '1') {
    mkdirSync(path.dirname(file), { recursive: true })
    writeFileSync(file, actual)
  }
  expect(actual).toBe(readFileSync(file, 'utf8'))
}
