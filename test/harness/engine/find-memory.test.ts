import { existsSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { afterEach, expect, it, vi } from 'vitest'
import { findMemory } from '../../../src/harness/engine/engine-folder.ts'

afterEach(() => void vi.unstubAllEnvs())

it('goes where temporary files should go', () => {
  vi.stubEnv('TMPDIR', '/somewhere')
  expect(findMemory(0)).toBe('/somewhere')
})

it('is a place that is there', () => {
  vi.stubEnv('TMPDIR', '')
  expect(existsSync(findMemory(0))).toBe(true)
  expect(findMemory(Number.MAX_VALUE)).toBe(tmpdir())
})
