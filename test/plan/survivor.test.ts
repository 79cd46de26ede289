import { expect, it } from 'vitest'
import type { SkipRule } from '../../src/config/define-config.ts'
import { planRoute } from '../../src/plan/plan.ts'
import { dossier } from '../support/dossier-factory.ts'

const bug = (index: number) => ({
  id: `called-twice-${index}`,
  operator: 'called-twice',
  file: 'src/routes/orders.ts',
  line: index,
  change: 'called `charge(…)` twice',
})
const survivors = (count: number, skip: readonly SkipRule[] = []) =>
  planRoute(dossier(), { skip, bugs: Array.from({ length: count }, (_, index) => bug(index)) }).paths.filter(
    ({ kind }) => kind === 'survivor',
  )

it('is an open path for each bug that no test noticed, with the bug', () => {
  expect(survivors(0)).toEqual([])
  expect(survivors(1)).toEqual([
    {
      id: 'survivor.called-twice-0',
      kind: 'survivor',
      status: 'open',
      title: 'nothing would notice if src/routes/orders.ts:0 called `charge(…)` twice',
      missing: expect.any(String),
      bug: bug(0),
    },
  ])
})

it('names those that it leaves out', () => {
  const paths = survivors(14)
  expect(paths.map(({ status }) => status)).toEqual([...Array(12).fill('open'), 'skipped'])
  expect(paths.at(-1)).toMatchObject({
    id: 'survivor.left-out',
    reason: 'left out to keep the suite small: survivor.called-twice-12, survivor.called-twice-13',
  })
})

it('gives the place of those that nobody wants a test of to others', () => {
  const skip = [0, 1].map((index) => ({
    route: 'POST /orders',
    path: `survivor.called-twice-${index}`,
    reason: 'the same',
  }))
  const ids = survivors(14, skip).flatMap(({ id, status }) => (status === 'open' ? [id] : []))
  expect(ids).toEqual(Array.from({ length: 12 }, (_, index) => `survivor.called-twice-${index + 2}`))
})
