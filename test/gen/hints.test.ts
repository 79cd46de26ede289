import { expect, it } from 'vitest'
import { type HintInput, listHints } from '../../src/gen/hints.ts'
import { databaseFacts, dossier, table } from '../support/dossier-factory.ts'
import { failedTest, runFacts, testFacts } from '../support/run-factory.ts'

const database = databaseFacts()

function hints(overrides: Partial<HintInput> = {}): string[] {
  return listHints({ read: { dossier: dossier(), database }, paths: [], run: runFacts(), without: [], ...overrides })
}

it('is silent about a run with nothing to say, and about none', () => {
  expect(hints()).toEqual([])
  expect(hints({ run: null, paths: [{ class: 'import' }] })).toEqual([])
})

it('names the tables of the route that no migration makes', () => {
  const read = { dossier: dossier({ tables: [table()] }), database: { ...database, unmade: ['orders', 'visits'] } }
  expect(hints({ read })).toEqual([
    expect.stringMatching(/^No migration in drizzle makes orders, which the route uses/),
  ])
})

it('says what an app that could not be loaded may lack', () => {
  const paths = [{ class: 'import' as const }]
  expect(hints({ paths })).toEqual([expect.stringMatching(/^The app could not be loaded\. What it lacks/)])
  const { app, boot } = dossier()
  const started = { ...app, madeAt: app, madeIn: null, holder: null, listensAt: [], isFilledAfterListen: false }
  const apps = [{ ...started, startFile: 'src/server.ts' }]
  expect(hints({ paths, read: { dossier: dossier({ boot: { ...boot, apps } }), database } })[1]).toBe(
    'If src/server.ts prepares what src/app.ts needs, --app src/server.ts starts it there.',
  )
})

it('says which limits go on from test to test', () => {
  const tests = [failedTest({ actual: '429', expected: '201' }), testFacts()]
  expect(hints({ run: runFacts({ tests }) })).toEqual([expect.stringMatching(/^1 of 2 tests were answered 429/)])
})
