import { beforeAll, describe, expect, it } from 'vitest'
import { classifyTest } from '../../../src/classify.ts'
import { type EnginePreference, startEngine } from '../../../src/harness/engine/engine.ts'
import { findPostgres } from '../../../src/harness/engine/postgres-binary.ts'
import { INSIDE_APP, UNSUPPORTED } from '../../../src/harness/faults/unsupported.ts'
import { readProjectFacts } from '../../../src/harness/read-project-facts.ts'
import { runTests } from '../../../src/run/run.ts'
import type { RunFacts, TestFacts } from '../../../src/run/types.ts'
import { makeProject } from '../sample-project.ts'
import { matrixTests } from './matrix-tests.ts'
import { type Build, type Dialect, shopFiles } from './order-shops.ts'

const LIMIT_MS = 120_000

async function run(dialect: Dialect, preference: EnginePreference, builds?: readonly Build[]): Promise<RunFacts> {
  const tests = matrixTests(dialect, builds)
  const { root, remove } = makeProject({ ...shopFiles(dialect), ...tests })
  const engine = await startEngine({ preference, project: { root, facts: readProjectFacts(root) } })
  const route = { method: 'POST', path: '/:way' }
  const signal = new AbortController().signal
  const files = Object.keys(tests)
  const facts = await runTests({ root, files, engine, route, ablate: false, timeoutMs: LIMIT_MS, signal })
  remove()
  await engine.stop()
  return facts
}

const isUnsupported = ({ errors }: TestFacts) => errors.some(({ code }) => code === 'ITEST_ENGINE_CANNOT')

const describeTest = ({ file, fullName, errors: [error] }: TestFacts) =>
  `${file} > ${fullName}: ${error?.code} ${error?.message}`

/** Cells that are neither green nor declared: none. */
function listFailures(facts: RunFacts): string[] {
  return facts.tests.filter((test) => test.state !== 'passed' && !isUnsupported(test)).map(describeTest)
}

/** The reasons of the cells that are declared unsupported, each with what is so for every build, driver and style. */
function listUnsupported(facts: RunFacts): Record<string, string[]> {
  const declared: Record<string, Set<string>> = {}
  for (const {
    name,
    errors: [error],
  } of facts.tests) {
    if (error?.code !== 'ITEST_ENGINE_CANNOT') continue
    declared[error.message] ??= new Set()
    declared[error.message]?.add(name.replace(/^(?:direct|transaction|repository) /, ''))
  }
  return Object.fromEntries(Object.entries(declared).map(([reason, names]) => [reason, [...names].sort()]))
}

/** Names of the tests that found a crash of the app, and what was said of it. */
function listCrashes(facts: RunFacts, build: string): string[] {
  return facts.tests
    .filter(({ file, fullName }) => `${file} ${fullName}`.startsWith(build))
    .flatMap(({ name, harness }) => (harness?.appCrashes ?? []).map((crash) => `${name}: ${crash}`))
}

// { ESM, CommonJS } x { Express 4, 5 } x { direct, transaction, repository } x the fault list, for two drivers each.
const countCells = (builds: number) => 2 * (builds * (3 + 8 + 13 + 8 + 1) + 2)
const CELLS = countCells(4)
const BESIDE = 2

describe.runIf(findPostgres().status === 'found')('every cell on a Postgres server', () => {
  let facts: RunFacts

  beforeAll(async () => {
    facts = await run('postgres', 'postgres')
  }, LIMIT_MS)

  it('passes', () => {
    expect(listFailures(facts)).toEqual([])
    expect(listUnsupported(facts)).toEqual({})
    expect(facts).toMatchObject({ fileErrors: [], unhandled: [] })
    expect(facts.tests).toHaveLength(CELLS + BESIDE)
  })

  it.each(['esm-express5', 'esm-express4', 'cjs-express5', 'cjs-express4'])(
    'tells in %s which faults would have crashed the app',
    (build) => {
      const terminated = 'Connection terminated unexpectedly'
      expect(listCrashes(facts, `tests/node-postgres.test.ts ${build} > transaction >`)).toEqual([
        `loses the statement: ${terminated} (after insert into orders)`,
        `loses the answer: ${terminated} (after insert into orders)`,
        `loses the commit: ${terminated} (after commit)`,
        `loses the answer to the commit: ${terminated} (after commit)`,
      ])
      const unreadable = "Cannot read properties of null (reading 'write')"
      expect(listCrashes(facts, `tests/postgres-js.test.ts ${build} > transaction >`)).toEqual([
        `loses the statement: ${unreadable} (after insert into orders)`,
        `loses the answer: ${unreadable} (after insert into orders)`,
      ])
    },
  )

  it('tells which tests a broken driver was left to', () => {
    const later = facts.tests.filter(({ harness }) => harness?.isAfterCrash)
    expect(later[0]?.fullName).toBe('esm-express5 > transaction > loses the answer')
  })
})

// How the app is built is no matter to the engine; two of the four are enough here.
const TWO_BUILDS = ['esm-express5', 'cjs-express4'] as const

describe('every cell on PGlite', () => {
  it('passes, or says that it can not', { timeout: LIMIT_MS }, async () => {
    const facts = await run('postgres', 'pglite', TWO_BUILDS)
    expect(listFailures(facts)).toEqual([])
    const skipped = {
      [UNSUPPORTED.pglite.delay]: 'all are delayed',
      [UNSUPPORTED.pglite['second-connection']]: 'reads beside its transaction',
    }
    for (const [reason, name] of Object.entries(skipped)) {
      expect(classifyTest(facts, name, { ablated: false })).toEqual({ status: 'skipped', reason })
    }
    expect(facts).toMatchObject({ fileErrors: [], unhandled: [] })
    expect(facts.tests).toHaveLength(countCells(TWO_BUILDS.length) + BESIDE)
  })
})

describe.runIf(findPostgres().status === 'found')('every cell with PGlite within the app', () => {
  it('passes, or says that it can not', { timeout: LIMIT_MS }, async () => {
    const facts = await run('pglite', 'postgres')
    expect(listFailures(facts)).toEqual([])
    expect(listUnsupported(facts)).toEqual({
      [INSIDE_APP.connections]: ['all wait for a connection', 'gets no connection'],
      [INSIDE_APP.cut]: [
        'loses the answer',
        'loses the answer to the commit',
        'loses the commit',
        'loses the statement',
      ],
    })
    expect(facts).toMatchObject({ fileErrors: [], unhandled: [] })
    expect(facts.tests).toHaveLength(CELLS / 2)
  })
})

describe('every cell on SQLite', () => {
  it('passes, or says that it can not', { timeout: LIMIT_MS }, async () => {
    const facts = await run('sqlite', 'auto')
    expect(listFailures(facts)).toEqual([])
    const { connections, cut, timeOut } = UNSUPPORTED.sqlite
    expect(listUnsupported(facts)).toEqual({
      [connections]: ['all wait for a connection', 'gets no connection'],
      [timeOut]: ['times out'],
      [cut]: ['loses the answer', 'loses the answer to the commit', 'loses the commit', 'loses the statement'],
    })
    expect(facts.tests).toHaveLength(CELLS)
  })
})
