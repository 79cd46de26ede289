import { describe, expect, it } from 'vitest'
import { findIdleRules, skipPaths } from '../../src/plan/skip-paths.ts'
import { openPath, plannedPath, skippedPath } from '../support/plan-factory.ts'

const rule = (path: string) => ({ route: 'POST /orders', path, reason: 'a reason' })
const PATHS = [
  plannedPath({ id: 'happy' }),
  plannedPath({ id: 'validation.sku-missing' }),
  openPath({ id: 'validation.sku-empty' }),
  skippedPath({ id: 'external-fails', reason: 'calls nobody' }),
]

describe('skipPaths', () => {
  it.each([
    ['happy', ['happy']],
    ['validation.*', ['validation.sku-missing', 'validation.sku-empty']],
    ['*-empty', ['validation.sku-empty']],
    ['validation', []],
    ['validation.sku.missing', []],
    ['*', ['happy', 'validation.sku-missing', 'validation.sku-empty']],
  ])('leaves out what %s names, planned or open', (pattern, ids) => {
    const unwanted = skipPaths(PATHS, [rule(pattern)]).filter(
      (path) => path.status === 'skipped' && path.by === 'config',
    )
    expect(unwanted.map(({ id }) => id)).toEqual(ids)
  })

  it('keeps what the report needs, and the reason of the first rule that fits', () => {
    const [path] = skipPaths(PATHS, [{ ...rule('happy'), reason: 'first' }, rule('*')])
    const { id, kind, title } = plannedPath({ id: 'happy' })
    expect(path).toEqual({ id, kind, title, status: 'skipped', reason: 'first', by: 'config' })
  })
})

it('finds rules that name no path, one that does not apply anyway included', () => {
  expect(findIdleRules(PATHS, [rule('happy'), rule('external-*')])).toEqual([])
  expect(findIdleRules(PATHS, [rule('happy.x')])).toEqual([
    'skip in your config: POST /orders has no path happy.x, so nothing is skipped by that.',
  ])
})
