import { existsSync } from 'node:fs'
import { afterEach, expect, it, vi } from 'vitest'
import { findMemory } from '../../../src/harness/engine/engine-folder.ts'

afterEach(() => void vi.unstubAllEnvs())

it('goes where temporary files should go', () => {
  vi.stubEnv('TMPDIR', '/somewhere')
  expect(findMemory()).toBe('/somewhere')
})

it('is a place that is there', () => {
  vi.stubEnv('TMPDIR', '')
  expect(existsSync(findMemory())).toBe(true)
})
