import { describe, expect, it } from 'vitest'
import { compareWithLedger } from '../../src/gate/compare.ts'
import { outlineTests } from '../../src/test-files/outline.ts'
import { FILE, ledgerOf, SUPPORT } from '../support/ledger-factory.ts'

const TEXT = `
import { reset } from './helpers'
beforeEach(reset)
describe('POST /orders', () => {
  it('answers 201', async () => {
    const res = await request(app).post('/orders')
    expect(res.status).toBe(201)
    expect(res.body).toEqual({ id: 1 })
  })
  it('answers 400', async () => {
    expect((await request(app).post('/orders')).status).toBe(400)
  })
})
`

const compare = (text: string, support = SUPPORT, ledger = ledgerOf(TEXT)) =>
  compareWithLedger(ledger, { file: FILE, outlines: outlineTests(FILE, text), support }).map(
    ({ kind, test, message, diff }) => ({ kind, test, message, ...(diff ? { diff } : {}) }),
  )

describe('tests that were red', () => {
  it('are as they were in another layout, with comments, and in another order', () => {
    const [head = '', first = '', second = ''] = TEXT.split(/(?= {2}it\()/)
    const moved = `${head}${second.replace('})\n})', '})')}\n// the main path\n${first.replaceAll("'", '"')}})`
    expect(compare(moved)).toEqual([])
  })

  it('are weakened when an assertion goes, with what went', () => {
    expect(compare(TEXT.replace('    expect(res.body).toEqual({ id: 1 })\n', ''))).toEqual([
      {
        kind: 'weakened',
        test: 'POST /orders > answers 201',
        message: 'assertions that it was red with are not there any more',
        diff: { removed: ['expect(res.body).toEqual({ id: 1 })'], added: [] },
      },
    ])
    expect(compare(TEXT.replace('toBe(201)', 'toBeLessThan(500)'))).toMatchObject([
      {
        kind: 'weakened',
        diff: { removed: ['expect(res.status).toBe(201)'], added: ['expect(res.status).toBeLessThan(500)'] },
      },
    ])
  })

  it('are changed when they say something else with the same assertions', () => {
    expect(
      compare(
        TEXT.replace("const res = await request(app).post('/orders')", 'const res = { status: 201, body: { id: 1 } }'),
      ),
    ).toMatchObject([{ kind: 'changed', test: 'POST /orders > answers 201' }])
  })

  it.each([
    ['skip', "it.skip('answers 400'", 'it does not run as it did: .skip'],
    ['todo', "it.todo('answers 400'", 'it does not run as it did: .todo'],
    ['fails', "it.fails('answers 400'", 'it does not run as it did: .fails'],
    ['skipIf', "it.skipIf(true)('answers 400'", 'it does not run as it did: .skipIf'],
  ])('are skipped by .%s', (_, call, message) => {
    expect(compare(TEXT.replace("it('answers 400'", call))).toEqual([
      { kind: 'skipped', test: 'POST /orders > answers 400', message },
    ])
  })

  it('are deleted, or renamed', () => {
    const without = TEXT.slice(0, TEXT.indexOf("  it('answers 400'"))
    expect(compare(`${without}})`)).toMatchObject([{ kind: 'deleted', test: 'POST /orders > answers 400' }])
    expect(compare(TEXT.replace('answers 400', 'answers'))).toEqual([
      {
        kind: 'renamed',
        test: 'POST /orders > answers 400',
        message: 'it is called otherwise now: "POST /orders > answers"',
      },
    ])
    expect(compareWithLedger(ledgerOf(TEXT), { file: FILE, outlines: null, support: [] })).toMatchObject([
      { kind: 'deleted', test: null, message: 'the file is gone, with 2 tests that were red' },
    ])
  })

  it('hang on hooks, on what runs by itself, and on files beside', () => {
    expect(compare(TEXT.replace('beforeEach(reset)', 'beforeEach(cheat)'))).toMatchObject([
      { kind: 'surroundings-changed', test: 'POST /orders > answers 201' },
      { kind: 'surroundings-changed', test: 'POST /orders > answers 400' },
    ])
    expect(compare(TEXT, ['cccccccccccc tests/helpers.ts', 'bbbbbbbbbbbb vitest.config.ts'])).toMatchObject([
      { kind: 'support-changed', message: 'what it depends on has changed: tests/helpers.ts' },
      { kind: 'support-changed', test: 'POST /orders > answers 400' },
    ])
  })

  it('are told from those that were never red', () => {
    const more = TEXT.replace("  it('answers 400'", "  it('is new', () => { expect(1).toBe(1) })\n  it('answers 400'")
    expect(compare(more)).toEqual([
      {
        kind: 'never-red',
        test: 'POST /orders > is new',
        message: 'it was never seen red: `itest red` has not looked at it',
      },
    ])
  })

  it('have an entry that nobody edited', () => {
    const ledger = ledgerOf(TEXT)
    const weaker = TEXT.replace('toBe(400)', 'toBeDefined()')
    const forged = ledgerOf(weaker).tests['POST /orders > answers 400']
    const own = ledger.tests['POST /orders > answers 400']
    if (!forged || !own) throw new Error('the ledger lacks its test')
    const tests = { ...ledger.tests, 'POST /orders > answers 400': { ...forged, seal: own.seal } }
    expect(compare(weaker, SUPPORT, { ...ledger, tests })).toEqual([
      {
        kind: 'ledger-edited',
        test: 'POST /orders > answers 400',
        message: 'its entry in the ledger is not as itest wrote it',
      },
    ])
  })
})
