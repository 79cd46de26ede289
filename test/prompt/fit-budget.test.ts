import { describe, expect, it } from 'vitest'
import {
  chooseCuts,
  cuttable,
  estimateTokens,
  listCuts,
  measure,
  type Part,
  showPart,
  type Turn,
} from '../../src/prompt/fit-budget.ts'

const part = (what: string, kind: Turn['kind'], more: { distance?: number; lines?: number } = {}): Part =>
  cuttable(
    Array(more.lines ?? 10)
      .fill(`line of ${what} that is long enough to be worth it`)
      .join('\n'),
    {
      what,
      turn: { kind, distance: more.distance ?? 0 },
    },
  )

const HANDLER: Part = { text: 'a'.repeat(900), cut: null }
const PARTS = [
  part('src/a.ts:1-10 near', 'source', { distance: 1 }),
  part('src/b.ts:1-10 far', 'source', { distance: 3 }),
  HANDLER,
  part('notes on inputs', 'notes'),
  part('src/c.ts:1-10 format', 'idle source'),
  part('src/d.ts:1-30 parse', 'idle source', { lines: 30 }),
  part('table users', 'idle table'),
  part('tests/a.test.ts:3 style reference', 'style reference'),
]
const ALL = PARTS.map(({ text }) => measure(text)).reduce((sum, one) => sum + one, 0)

const cut = (budget: number): string[] => listCuts(chooseCuts(PARTS, ALL, budget)).map(({ what }) => what)

describe('the budget of a prompt', () => {
  it('cuts nothing from what fits', () => {
    expect(cut(Math.ceil(ALL))).toEqual([])
  })

  it('cuts no more than it must, and what is least missed first', () => {
    expect(cut(ALL - 1)).toEqual(['tests/a.test.ts:3 style reference'])
  })

  it('puts back what a long part that went later has made room for', () => {
    const parts = [part('short', 'idle source', { lines: 4 }), part('long', 'source', { lines: 40 })]
    const all = parts.map(({ text }) => measure(text)).reduce((sum, one) => sum + one, 0)
    const left = chooseCuts(parts, all, all - measure(parts[0]?.text ?? '') - 10)
    expect(listCuts(left).map(({ what }) => what)).toEqual(['long'])
  })

  it('cuts everything but what must stay when even that is too much, in the order that is documented', () => {
    expect(cut(1)).toEqual([
      'tests/a.test.ts:3 style reference',
      'src/d.ts:1-30 parse',
      'src/c.ts:1-10 format',
      'table users',
      'notes on inputs',
      'src/b.ts:1-10 far',
      'src/a.ts:1-10 near',
    ])
  })

  it('says in the place of a part that it is left out, and why', () => {
    const left = chooseCuts(PARTS, ALL, 1)
    const shown = PARTS.map((one) => showPart(one, left))

    expect(shown[5]).toBe('(src/d.ts:1-30 parse, 30 lines, left out for length)')
    expect(shown[2]).toBe(HANDLER.text)
    expect(listCuts(left)[1]).toEqual({
      what: 'src/d.ts:1-30 parse',
      lines: 30,
      tokens: estimateTokens(PARTS[5]?.text ?? ''),
      why: 'the route makes no query, call, check or answer there',
    })
  })

  it('keeps a part that is shorter than the words in its place', () => {
    const short = cuttable('x', { what: 'src/x.ts:1-1 x', turn: { kind: 'idle source', distance: 0 } })
    expect(chooseCuts([short], 100, 1).size).toBe(0)
  })
})

describe('the estimate of tokens', () => {
  it.each([
    ['', 0],
    ['abc', 1],
    ['const order = await db.select()', 11],
    ['héé', 5],
    ['注文', 6],
    ['🙂', 4],
  ])('of %j is on the high side', (text, tokens) => {
    expect(estimateTokens(text)).toBe(tokens)
  })
})
