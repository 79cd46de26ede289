import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it, onTestFinished } from 'vitest'
import { locate } from '../../src/judge/sites.ts'
import { createSourceReader } from '../../src/judge/source.ts'

const FILE = 'tests/a.test.js'

/** What is said of the place that `HERE` marks; it stands for an assertion about a response unless it is given. */
function locateHere(code: string, mark = 'expect(res.status).toBe(201)') {
  const root = mkdtempSync(join(tmpdir(), 'itest-sites-'))
  onTestFinished(() => rmSync(root, { recursive: true }))
  mkdirSync(join(root, 'tests'))
  const text = code.replace('HERE', mark)
  writeFileSync(join(root, FILE), text)
  const before = text.slice(0, text.indexOf(mark)).split('\n')
  const inMark = Math.max(mark.lastIndexOf('.') + 1, 0)
  const frame = { file: FILE, line: before.length, column: (before.at(-1)?.length ?? 0) + inMark + 1 }
  const files = { testFiles: new Set([FILE]), setupFiles: new Set<string>() }
  return locate([frame], { read: createSourceReader(root), ...files, file: FILE })
}

describe('whose code it is', () => {
  it.each([
    ["it('a', async () => { HERE })", 'test', null],
    ["it.each([1])('a %i', async () => { HERE })", 'test', null],
    ["describe('s', () => { test.concurrent('a', () => { HERE }) })", 'test', null],
    ["const check = (res) => { HERE }\nit('a', () => get().then(check))", 'test', null],
    ["const mine = test.extend({})\nmine('a', ({}) => { HERE })", 'test', null],
    ["it('a', () => vi.waitFor(() => { HERE }))", 'test', null],
    ['beforeEach(() => { HERE })', 'hook', 'beforeEach'],
    ["import { beforeEach as first } from 'vitest'\nfirst(() => { HERE })", 'hook', 'beforeEach'],
    ['function seed() { HERE }\nbeforeEach(seed)', 'hook', 'beforeEach'],
    ['function seed() { HERE }\nafterEach(async () => { await seed() })', 'hook', 'afterEach'],
    ["it('a', () => { onTestFinished(() => { HERE }) })", 'hook', 'onTestFinished'],
    ["it('a', ({ onTestFailed }) => { onTestFailed(() => { HERE }) })", 'hook', 'onTestFailed'],
    ['const mine = test.extend({ user: async ({}, use) => { HERE; await use(1) } })', 'hook', 'fixture'],
    ['const mine = test.extend({ user: [async ({}, use) => { HERE }, { auto: true }] })', 'hook', 'fixture'],
    ["it('a', () => { app.get('/x', (req, res) => { HERE }) })", 'app', null],
  ])('%s', (code, actor, hook) => {
    expect(locateHere(code)).toMatchObject({ actor, hook, kind: 'assertion' })
  })
})

describe('what stands there', () => {
  it.each([
    ['expect(true).toBe(false)', 'constant'],
    ['expect(1 + 1).toEqual(3)', 'constant'],
    ['expect(EXPECTED).toBe(ACTUAL)', 'constant'],
    ['expect(ORDER).toEqual({ id: 2 })', 'constant'],
    ['expect(sent).toEqual([])', 'assertion'],
    ['expect(res.body).toEqual({ ok: true })', 'assertion'],
    ['expect(201).toBe(res.status)', 'assertion'],
    ['expect(total).toBe(3)', 'assertion'],
    ['expect.fail()', 'fail'],
    ['expect.unreachable()', 'fail'],
    ['assert.fail()', 'fail'],
    ['assert.equal(1, 2)', 'constant'],
    ['throw new Error()', 'throw'],
    ['await Promise.reject(new Error())', 'throw'],
    ['res.body.items[0].id', 'other'],
  ])('%s', (mark, kind) => {
    const code = `const EXPECTED = 201
const ACTUAL = 200
const ORDER = { id: 1 }
it('a', async () => {
  const sent = []
  const mailer = { send: (mail) => { sent.push(mail) } }
  const res = await request(app).post('/orders')
  let total = 0
  total += res.body.length
  HERE
})`
    expect(locateHere(code, mark)).toMatchObject({ actor: 'test', kind })
  })

  it('knows an assertion that another one wants to fail', () => {
    const code = "it('a', () => { expect(() => HERE).toThrow() })"

    expect(locateHere(code, 'expect(res.status).toBe(1)')).toMatchObject({ isNested: true })
  })
})
