import { stripVTControlCharacters } from 'node:util'
import { describe, expect, it } from 'vitest'
import { type Judged, reportPath } from '../../src/report/build-report.ts'
import { renderText } from '../../src/report/text.ts'
import type { GenReport, ReportedPath } from '../../src/report/types.ts'
import { openPath, plannedPath, policy, skippedPath } from '../support/plan-factory.ts'
import { errorFacts } from '../support/run-factory.ts'

const FILE = 'tests/integration/post-orders.test.ts'
const TEST = { file: FILE, text: '' }
const RED = { status: 'red', class: 'assertion', error: null, reason: 'expected status 201, found 501' } as const
const GREEN = { status: 'green' } as const

function judged(overrides: Partial<Judged> = {}): Judged {
  return { path: plannedPath(), before: RED, now: GREEN, left: null, ...overrides }
}

function reported(overrides: Partial<Judged> = {}): ReportedPath {
  return reportPath(judged(overrides), TEST)
}

const BUILT_IN: GenReport['writer'] = {
  name: 'none',
  model: null,
  requests: 0,
  cachedReplies: 0,
  usage: null,
  costUsd: null,
  costPerConfirmedTestUsd: null,
  repaired: [],
  givenUp: [],
  prompt: null,
  redacted: null,
  failure: null,
}

const WITH_MODEL: GenReport['writer'] = {
  ...BUILT_IN,
  name: 'anthropic',
  model: 'm-1',
  requests: 2,
  usage: { inputTokens: 1200, outputTokens: 340, cacheReadTokens: 0, cacheWriteTokens: 0 },
}
const CUT = { what: 'src/x.ts:1-9 x', lines: 9, tokens: 200, why: 'it is far' }

function report(overrides: Partial<GenReport> = {}): GenReport {
  return {
    schema: 'itest.gen/1',
    route: { method: 'POST', path: '/orders', file: 'src/routes/orders.ts', line: 12 },
    file: FILE,
    writer: BUILT_IN,
    engine: { kind: 'postgres', version: '16.4', limits: [] },
    vitest: '4.1.12',
    runs: 3,
    paths: [reported()],
    findings: [],
    questions: [],
    unresolved: [],
    wrote: [FILE],
    hints: [],
    timings: {},
    exitCode: 0,
    ...overrides,
  }
}

const at80 = (overrides: Partial<GenReport> = {}): string => renderText(report(overrides), { color: false, width: 80 })

const retry = plannedPath({
  id: 'idempotent-retry',
  kind: 'idempotent-retry',
  violation: 'a repeated request has a second effect',
  at: { file: 'src/routes/orders.ts', line: 21 },
  expects: [
    { observable: 'row-count', table: 'orders', count: 1, source: policy('a repeated key has no second effect') },
  ],
})

describe('the text report', () => {
  it('is a table, a summary and a footer', () => {
    expect(at80()).toBe(`POST /orders  src/routes/orders.ts:12  1 path
  tests/integration/post-orders.test.ts

  path   before  now
  happy  red     green

The path is green.
1 of 1 tests were seen red with the route answering 501.
Each test ran 3 times, in different orders, each time with the same result.
What a test expects from the code as it is today guards against regressions and
  can't find a bug that is there already; \`itest plan POST /orders\` shows which
  expectations those are.

Database: PostgreSQL 16.4
Writer: built in (no model)
Wrote tests/integration/post-orders.test.ts
`)
  })

  it('names what is wrong, where, and who expects otherwise, when a path is red', () => {
    const now = { ...RED, reason: 'expected 1 row in orders, found 2' }
    const text = at80({ paths: [reported(), reported({ path: retry, now })] })

    expect(text).toContain('  idempotent-retry  red     RED     expected 1 row in orders, found 2\n')
    expect(text).toContain(`1 of 2 paths is red:
  a repeated request has a second effect (src/routes/orders.ts:21)
    expected by policy: a repeated key has no second effect
`)
  })

  it('does not accept a test whose runs do not agree', () => {
    const now = {
      status: 'flaky',
      reason: 'green in run 1; red (assertion: 1 is not 2) in run 2, in another order',
    } as const
    const text = at80({ paths: [reported(), reported({ path: retry, now })] })

    expect(text).toContain(`  idempotent-retry  red     FLAKY
      green in run 1; red (assertion: 1 is not 2) in run 2, in another order

1 of 2 tests is flaky and not accepted as it is; \`itest flaky
  tests/integration/post-orders.test.ts\` looks for the cause.
2 of 2 tests were seen red with the route answering 501.
Each test ran 3 times.
`)
    expect(at80({ runs: 1 })).toContain('Each test ran once, so nobody knows whether it is flaky.\n')
  })

  it('puts a reason that has no room below its row', () => {
    const now = { ...RED, reason: 'expected body.error to be "order_persist_failed", found "internal error"' }

    expect(at80({ paths: [reported({ now })] })).toContain(
      '  happy  red     RED\n      expected body.error to be "order_persist_failed", found "internal error"\n',
    )
  })

  it('says once what broke all tests', () => {
    const now = { status: 'broken', class: 'import', reason: "Cannot find module './payments.js'" } as const
    const paths = ['a', 'b', 'c'].map((id) => reported({ path: plannedPath({ id }), before: now, now }))
    const text = at80({ paths })

    expect(text).toContain(`  a     broken  BROKEN
  b     broken  BROKEN
  c     broken  BROKEN

3 of 3 tests are broken and say nothing about the route:
  3 times: Cannot find module './payments.js'
0 of 3 tests were seen red with the route answering 501; the others prove
    nothing about it.
`)
  })

  it('says of a test that is green without the route that it proves nothing', () => {
    const text = at80({ paths: [reported({ before: GREEN })] })

    expect(text).toContain('  happy  green   green   proves nothing: green without the route\n')
    expect(text).toContain(`0 of 1 tests were seen red with the route answering 501; the others prove
    nothing about it:
  happy: green although the route answered 501: it proves nothing about the
    route
`)
  })

  it('lists paths without a test, grouped by what is missing', () => {
    const missing = 'a rule for what stays stored'
    const without = { before: null, now: null }
    const paths = [
      reported({ ...without, path: openPath({ id: 'external-fails.a', missing }) }),
      reported({ ...without, path: openPath({ id: 'external-fails.b', missing }), left: missing }),
      reported({ ...without, left: 'the draft of anthropic was refused by a check' }),
      reported({ ...without, path: skippedPath() }),
    ]

    expect(at80({ paths, file: null, wrote: [], engine: null })).toBe(`POST /orders  src/routes/orders.ts:12  0 paths

No test was written.

Not tested yet, must be:
  external-fails.a, external-fails.b: missing a rule for what stays stored
  happy: the draft of anthropic was refused by a check

Not applicable:
  external-fails: the route makes no outgoing call

Writer: built in (no model)
`)
  })

  it('says that a server did not count its tokens', () => {
    const nothing = { inputTokens: null, outputTokens: null, cacheReadTokens: null, cacheWriteTokens: null }
    const writer = { ...WITH_MODEL, name: 'openai', requests: 1 }
    expect(at80({ writer: { ...writer, usage: nothing } })).toContain(
      'Writer: openai m-1, 1 request, tokens not known, cost not known\n',
    )
    expect(at80({ writer: { ...writer, usage: { ...nothing, inputTokens: 9 } } })).toContain(
      'Writer: openai m-1, 1 request, 9 tokens in, unknown out, cost not known\n',
    )
  })

  it('prints questions, findings, limits, unresolved places, hints and tokens', () => {
    const text = at80({
      writer: WITH_MODEL,
      engine: { kind: 'pglite', version: '0.5.14', limits: ['one session', 'no NOTIFY'] },
      questions: ['Is a second key of the same user a new order?'],
      findings: [{ kind: 'no-sleep', pathId: 'happy', message: 'found `setTimeout`', line: null }],
      unresolved: [{ what: 'call', text: 'x()', at: { file: 'src/a.ts', line: 1 } }],
      hints: ['Add the plugin.'],
    })

    expect(text).toContain('Not decided, so no test asserts on it:\n  Is a second key of the same user a new order?\n')
    expect(text).toContain('Checks say:\n  happy: found `setTimeout` [no-sleep]\n')
    expect(text).toContain('Database: PGlite 0.5.14, with limits:\n  - one session\n  - no NOTIFY\n')
    expect(text).toContain('Writer: anthropic m-1, 2 requests, 1,200 tokens in, 340 out, cost not known\n')
    expect(text).toContain('Analysis left 1 place unresolved; `itest plan POST /orders` lists them.\n')
    expect(text.endsWith('Add the plugin.\n')).toBe(true)
  })

  it('says what a model cost, what it wrote anew, and what it was given up on', () => {
    const usage = { inputTokens: 4000, outputTokens: 2340, cacheReadTokens: 9000, cacheWriteTokens: 1000 }
    const money = { costUsd: 0.03456, costPerConfirmedTestUsd: 0.004321, cachedReplies: 1 }
    const givenUp = [
      { pathId: 'happy', says: ['found `setTimeout`', 'x'], isReplaced: true },
      { pathId: 'a', says: ['it is broken'], isReplaced: false },
    ]
    const text = at80({ writer: { ...WITH_MODEL, ...money, usage, repaired: ['b', 'c'], givenUp } })
    expect(text).toContain(`\
Writer: anthropic m-1, 1 reply known from an earlier run, 2 requests, 14,000
  tokens (9,000 of them from its cache) in, 2,340 out, about $0.035 ($0.0043 for
  each confirmed test)
Repaired: b, c
Given up on happy: found \`setTimeout\` (and 1 more); the built-in writer's test
  is there in its place
Given up on a: it is broken
`)
  })

  it('says first that the model failed, and whose tests these are', () => {
    const failure = { message: 'Anthropic is overloaded (529: Overloaded).', hint: 'Try again in a few minutes.' }
    const lines = at80({ writer: { ...BUILT_IN, model: 'm-1', failure } }).split('\n')
    expect(lines.slice(3, 6)).toEqual([
      'The model failed: Anthropic is overloaded (529: Overloaded). Try again in a few',
      '  minutes. The tests below are those of the built-in writer.',
      '',
    ])
  })

  it.each([
    ['nothing of a whole prompt', { tokens: 900, cut: [] }, null],
    [
      'what was left out of a prompt',
      { tokens: 900, cut: [CUT] },
      'Prompt: 1 part left out to stay within 1000 tokens; `itest prompt POST /orders --prompt-budget 1000` lists them.',
    ],
    [
      'that a prompt is too long all the same',
      { tokens: 2000, cut: [] },
      'Prompt: about 2000 tokens, over the budget of 1000: its paths, tables, file and handler are always sent.',
    ],
  ])('says %s', (_title, size, line) => {
    const writer = { ...WITH_MODEL, prompt: { budget: 1000, ...size } }
    const said = at80({ writer })
      .split('\nPrompt:')[1]
      ?.split(/\n(?! )/)[0]
    expect(said === undefined ? null : `Prompt:${said.replaceAll(/\s+/g, ' ')}`).toBe(line)
  })

  it('keeps apart what this database can not do from what does not apply', () => {
    const now = { status: 'skipped', reason: 'PGlite can not delay a statement' } as const
    const text = at80({ paths: [reported({ now }), reported({ path: skippedPath(), before: null, now: null })] })

    expect(text).toContain(`\
Skipped, since this database can not do it; the test is there for another:
  happy: PGlite can not delay a statement

Not applicable:
`)
    expect(text).not.toContain('green')
  })

  it('has no line over 80 columns that could be broken', () => {
    const now = { ...RED, reason: `expected ${'word '.repeat(40)}end` }
    const paths = [reported({ path: retry, now }), reported({ before: null, now: null, left: 'word '.repeat(40) })]
    const lines = at80({ paths, wrote: Array.from({ length: 9 }, (_, index) => `${FILE}${index}`) }).split('\n')

    expect(lines.filter((line) => line.length > 80)).toEqual([])
  })

  it('is the same text with colours, which only a terminal gets', () => {
    const paths = [reported(), reported({ path: retry, now: RED })]
    const coloured = renderText(report({ paths }), { color: true, width: 80 })

    expect(coloured).toContain('\u001b[31m')
    expect(stripVTControlCharacters(coloured)).toBe(at80({ paths }))
    expect(at80({ paths })).not.toContain('\u001b')
  })

  it('lets no words of an error steer the terminal', () => {
    const error = errorFacts({ message: 'expected \u001b[2Jx \u0007\u202ey' })
    const paths = [reported({ now: { ...RED, error } })]

    expect(paths[0]?.reason).toBe('expected x y')
    expect(at80({ paths })).toContain('RED     expected x y\n')
  })
})

describe('bugs that no test noticed before', () => {
  const bug = {
    id: 'called-twice-1',
    operator: 'called-twice',
    file: 'src/routes/orders.ts',
    line: 17,
    change: 'called `charge(…)` twice',
  }
  const path = openPath({ id: 'survivor.called-twice-1', kind: 'survivor', missing: 'a request', bug })
  const shown = (overrides: Partial<Judged>): string => {
    const paths = [reported(), reported({ path, before: null, now: null, ...overrides })]
    const block = at80({ paths })
      .split('\n\n')
      .find((text) => text.startsWith('Bugs that no test noticed'))
    return block?.split('now:\n')[1] ?? ''
  }
  const proof = { pathId: path.id, noticedBy: [], note: null }

  it('are noticed now, by which tests, or not', () => {
    expect(shown({ bug: { ...proof, noticedBy: ['POST /orders > [happy] answers 201', 'takes an order'] } })).toBe(
      '  src/routes/orders.ts:17 called `charge(…)` twice: by happy, takes an order',
    )
    expect(shown({ bug: proof })).toBe(
      '  src/routes/orders.ts:17 called `charge(…)` twice: by none\n    (survivor.called-twice-1)',
    )
    expect(shown({ bug: proof, left: 'no request can tell them apart' })).toContain('no request can tell')
  })

  it('are not known of where they could not be tried', () => {
    expect(shown({ bug: { ...proof, note: 'the tests could not be run' } })).toContain('not known, the tests could')
    expect(shown({})).toContain('not known, no test was')
  })
})
