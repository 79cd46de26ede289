import { type Entry, emptyLedger, type Ledger, seal } from '../../src/ledger.ts'
import { outlineTests } from '../../src/test-files/outline.ts'

export const FILE = 'tests/orders.test.ts'
export const SUPPORT = ['aaaaaaaaaaaa tests/helpers.ts', 'bbbbbbbbbbbb vitest.config.ts']

export function entry(overrides: Partial<Entry> = {}): Entry {
  return {
    path: null,
    hash: 'aaaaaaaaaaaa',
    around: [],
    support: [],
    assertions: ['expect(res.status).toBe(201)'],
    class: 'assertion',
    reason: 'expected 500 to be 201',
    fingerprint: null,
    before: 'app',
    base: null,
    engine: null,
    versions: { itest: '0.1.0', vitest: '4.1.12', node: '20.20.2' },
    allowed: [],
    ...overrides,
  }
}

/** The ledger after a red run of the tests of a text. */
export function ledgerOf(text: string, overrides: Partial<Entry> = {}): Ledger {
  const tests = outlineTests(FILE, text).map(({ exactName, hash, around, assertions }) => {
    const name = exactName ?? ''
    return [name, seal(FILE, name, entry({ support: SUPPORT, ...overrides, hash, around, assertions }))]
  })
  return { ...emptyLedger(FILE), tests: Object.fromEntries(tests) }
}
