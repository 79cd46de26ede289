import { describe, expect, it } from 'vitest'
import { addSurvivors, identify, matchSurvivors } from '../../src/prove/match-survivors.ts'
import type { Mutant } from '../../src/prove/types.ts'
import { judgedMutant, mutant } from '../support/proof-factory.ts'

const ROUTE = { method: 'POST', path: '/orders' }
const FILE = 'src/routes/orders.ts'
const CODE = 'await charge()\nawait charge()\nres.status(201).json({})\n'

/** `charge()` twice, two times over, and another status, after so many lines. */
function read(lines = 0): { texts: Map<string, string>; mutants: Mutant[] } {
  const text = `${'\n'.repeat(lines)}${CODE}`
  const put = (id: number, from: number, to: string, old: string) => {
    const start = text.indexOf(old, from + lines)
    return {
      id,
      file: FILE,
      line: lines + id,
      edits: [{ start, end: start + old.length, text: to, as: 'expression' as const }],
    }
  }
  const mutants = [
    mutant(put(1, 0, '(charge()), (charge())', 'charge()')),
    mutant(put(2, 10, '(charge()), (charge())', 'charge()')),
    mutant({ ...put(3, 0, '200', '201'), operator: 'literal', change: 'had 200 instead of 201' }),
  ]
  return { texts: new Map([[FILE, text]]), mutants }
}

const idsOf = ({ mutants, texts } = read()) => [...identify(mutants, texts).keys()]

describe('what a bug is called', () => {
  it('is the same wherever it stands, and another for each of two that are alike', () => {
    expect(idsOf()).toEqual([
      expect.stringMatching(/^called-twice-[\da-f]{8}$/),
      expect.stringMatching(/^called-twice-[\da-f]{8}$/),
      expect.stringMatching(/^literal-[\da-f]{8}$/),
    ])
    expect(new Set(idsOf()).size).toBe(3)
    expect(idsOf(read(5))).toEqual(idsOf())
  })

  it('is another when the code is', () => {
    const { mutants, texts } = read()
    const changed = mutants.map((one) => ({ ...one, edits: one.edits.map((edit) => ({ ...edit, text: 'refund()' })) }))
    expect(idsOf({ mutants: changed, texts }).filter((id) => idsOf().includes(id))).toEqual([])
  })
})

describe('what no test noticed', () => {
  const { mutants, texts } = read()
  const all = identify(mutants, texts)
  const [first = '', second = '', third = ''] = all.keys()
  const add = (known: Parameters<typeof addSurvivors>[0], judged: ReturnType<typeof judgedMutant>[]) =>
    Object.keys(addSurvivors(known, { route: ROUTE, all, judged }).survivors)
  const survived = (id: number) => judgedMutant({ id, status: 'survived' })
  const killed = (id: number, name: string) =>
    judgedMutant({ id, status: 'killed', killedBy: [{ file: 'a.test.ts', name, class: 'assertion', reason: '' }] })
  const known = addSurvivors(null, { route: ROUTE, all, judged: [1, 2, 3].map(survived) })

  it('is kept for as long as no other test than its own notices it', () => {
    expect(add(null, [survived(1), killed(2, 'x'), survived(3)])).toEqual([first, third])
    const judged = [
      killed(1, 'POST /orders > [happy] answers 201'),
      killed(2, `POST /orders > [survivor.${second}] charges once`),
    ]
    expect(add(known, [...judged, judgedMutant({ id: 3, status: 'timeout' })])).toEqual([second, third])
  })

  it('is found again where it is now, that of routes first, and said to be gone with its code', () => {
    const moved = read(5)
    const others = identify(moved.mutants.slice(1).toReversed(), moved.texts)
    const { bugs, gone } = matchSurvivors(known, others)
    expect(bugs.map(({ id, line }) => [id, line])).toEqual([
      [[...others.keys()][1], 7],
      [third, 8],
    ])
    expect(gone).toEqual([
      'Nothing noticed when src/routes/orders.ts:2 called `charge(…)` twice, but that code is not there any more, and so its path is gone.',
    ])
  })
})
