import { expect, it } from 'vitest'
import { ASYMMETRIC_MATCHERS, MATCHERS, SAFE_GLOBALS } from '../../src/check/allowed.ts'
import { checkCases, type RULES } from '../../src/check/check.ts'
import { findUse } from '../../src/harness-api.ts'
import { loadPromptTemplates } from '../../src/prompt.ts'
import { plan, plannedPath, policy } from '../support/plan-factory.ts'

const { system } = await loadPromptTemplates()

/** By which words a writer can know of each rule before it is broken. */
const FORESEEN = {
  'sends-request': 'Each test sends the route at least one request',
  'asserts-outcome': 'asserts every outcome that its path lists',
  'no-conditional-assertion': 'Every assertion stands at the top level of the test',
  'no-vacuous-assertion': 'What holds for every answer',
  'no-floating-promise': '`await` each request, query, fault',
  'no-swallowed-error': '`try`, `catch`, `.then`, `.catch`, `.finally`',
  'no-snapshot': 'No snapshot',
  'no-sleep': 'timer, fake time, sleep',
  'follows-plan': 'every value and number of rows or calls that the path states, as it states it',
  'no-mock': '`vi`, mock, spy',
  'no-statement-text': 'how many there are and of what kind is an outcome, their text is not',
  'no-tampering': 'Assign to nothing, delete nothing, and change no list of the run in place',
  'no-test-structure': 'no `it`, `describe` or hook around them',
  'no-shadowing': 'which no constant of yours may bear',
  'no-suppression': 'without `any` and without comments that switch off a check',
  'no-hidden-characters': 'Visible characters only',
  'allowed-syntax': '`const` only',
  'allowed-names': 'Use only the names that the user message lists',
  'allowed-uses': 'no matcher on mocks',
  'allowed-members': 'member by a computed name, `constructor` or `prototype`',
} as const satisfies Record<keyof typeof RULES, string>

it('tells of every rule that a check enforces', () => {
  expect(Object.entries(FORESEEN).filter(([, words]) => !system.includes(words))).toEqual([])
})

it('tells of every step of a request', () => {
  const request = findUse('request')?.call?.gives.members ?? {}
  const steps = Object.keys(request.post?.call?.gives.members ?? {})
  const named = (name: string): boolean => new RegExp(`\`[^\`\n]*\\b${name}\\b`).test(system)

  expect(steps).toContain('send')
  expect([...Object.keys(request), ...steps].filter((name) => !named(name))).toEqual([])
})

it('spells out expectations in code that every check accepts', () => {
  const code = `
const res = await request(app).post('/orders').send(order)
const rows = await db.select().from(orders)

expect(res.status).toBeGreaterThanOrEqual(500)
expect(res.text).toBe('')
expect(res.body.map((one: { id: number }) => one.id)).toEqual([1, 2])
expect(rows).toHaveLength(2)
expect(rows.map((row) => row.id).sort()).toEqual([1, 2])
expect(rows[0]?.id).toBe(1)
expect(payments.calls).toMatchObject([{ method: 'POST' }])
expect(new Set(payments.calls.map(({ headers }) => headers['idempotency-key'])).size).toBe(1)`
  const source = policy('')
  const path = plannedPath({ expects: [{ observable: 'status-at-least', request: 0, minimum: 500, source }] })
  const names = ['app', 'request', 'db', 'orders', 'payments', 'order']

  expect(
    checkCases({ cases: [{ pathId: path.id, title: 'answers', code }], plan: plan({ paths: [path] }), names }),
  ).toEqual([])
  for (const shown of [
    'toBeGreaterThanOrEqual(500)',
    'expect(res.text).toBe(',
    '(one: { id: number }) => one.id',
    'rows[0]?.id',
  ])
    expect(system).toContain(shown)
})

it('offers no global and no matcher that a check refuses', () => {
  const [, globals = ''] = /the names that the user message lists.*?and (`Object`.*?)\. No import/s.exec(system) ?? []
  const [, matchers = ''] = /`expect\(value\)` with (.*?) and other matchers/s.exec(system) ?? []
  const [, inside = ''] = /inside a value (.*?)\. No snapshot/s.exec(system) ?? []
  const words = (text: string): string[] => [...text.matchAll(/`(?:expect)?\.?(\w+)/g)].map(([, word = '']) => word)

  expect(words(globals).length).toBeGreaterThan(8)
  expect(words(globals).filter((name) => !SAFE_GLOBALS.has(name))).toEqual([])
  expect(words(matchers).filter((name) => !MATCHERS.has(name))).toEqual([])
  expect(words(inside).filter((name) => !ASYMMETRIC_MATCHERS.has(name))).toEqual([])
})
