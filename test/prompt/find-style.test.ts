import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { describe, expect, it, onTestFinished } from 'vitest'
import { emptyLedger, ledgerPath, renderLedger } from '../../src/ledger.ts'
import { findStyle } from '../../src/prompt/find-style.ts'

function project(files: Readonly<Record<string, string>>): string {
  const root = mkdtempSync(path.join(tmpdir(), 'itest-style-'))
  onTestFinished(() => rmSync(root, { recursive: true }))
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(path.dirname(path.join(root, name)), { recursive: true })
    writeFileSync(path.join(root, name), text)
  }
  return root
}

const ROUTE = { method: 'POST', path: '/orders', file: 'tests/integration/post-orders.test.ts' }
const find = (files: Readonly<Record<string, string>>) => findStyle(project(files), ROUTE)

const supertest = (route: string, title = 'answers'): string => `import request from 'supertest'
import { app } from '../src/app.js'

describe('${route}', () => {
  beforeEach(() => reset())

  it('${title}', async () => {
    const res = await request(app).post('${route}').send({ total: 5 })
    expect(res.status).toBe(201)
  })
})
`
const UNIT = `import { sum } from '../src/sum.js'

it('adds', () => {
  expect(sum(1, 2)).toBe(3)
})
`

describe('the style reference', () => {
  it('is whole tests in their suite, without imports and hooks', () => {
    expect(find({ 'tests/orders.test.ts': supertest('/orders') })).toEqual({
      file: 'tests/orders.test.ts',
      line: 7,
      titlesOnly: false,
      text: `describe('/orders', () => {
  it('answers', async () => {
    const res = await request(app).post('/orders').send({ total: 5 })
    expect(res.status).toBe(201)
  })
})`,
    })
  })

  it('is none where the project has no tests, or only such as are no model to follow', () => {
    expect(find({ 'src/app.ts': '' })).toBeNull()
    expect(find({ 'tests/a.test.ts': "it.skip('x', () => { expect(1).toBe(1) })" })).toBeNull()
    expect(find({ 'tests/a.test.ts': "it('x', () => {" })).toBeNull()
    expect(find({ 'tests/a.test.tsx': UNIT })).toBeNull()
    expect(find({ 'node_modules/a/a.test.ts': UNIT, '.cache/a.test.ts': UNIT })).toBeNull()
  })

  it('is titles alone where all tests mock', () => {
    const text = supertest('/orders', 'takes an order').replace('await request', 'await vi.fn()')
    expect(find({ 'tests/z.test.ts': text })).toEqual({
      file: 'tests/z.test.ts',
      line: 7,
      titlesOnly: true,
      text: "describe('/orders', () => {\n  it('takes an order', async () => { ... })\n})",
    })
    expect(find({ 'tests/z.test.ts': text, 'tests/a.test.ts': UNIT })?.titlesOnly).toBe(false)
  })

  it.each([
    [
      'the same route before others',
      { 'tests/z.test.ts': supertest('/orders'), 'tests/a.test.ts': supertest('/users') },
    ],
    [
      'the same router before others',
      { 'tests/z.test.ts': supertest('/orders/7/items'), 'tests/a.test.ts': supertest('/users') },
    ],
    ['requests before units', { 'tests/z.test.ts': supertest('/users'), 'tests/orders.test.ts': UNIT }],
    [
      'of equals the first by name',
      { 'tests/z.test.ts': supertest('/orders'), 'tests/zz.test.ts': supertest('/orders') },
    ],
  ])('takes %s', (_title, files) => {
    expect(find(files)?.file).toBe('tests/z.test.ts')
  })

  it('is never a file that itest generated', () => {
    const file = 'tests/orders.test.ts'
    const ledger = renderLedger({ ...emptyLedger(file), route: 'POST /orders' })
    const byHand = renderLedger(emptyLedger(file))
    const text = supertest('/orders')

    expect(find({ [file]: text, [ledgerPath(file)]: ledger })).toBeNull()
    expect(find({ [file]: text, [ledgerPath(file)]: 'half of a merge' })).toBeNull()
    expect(find({ [ROUTE.file]: text })).toBeNull()
    expect(find({ [file]: text, [ledgerPath(file)]: byHand })?.file).toBe(file)
  })

  it('is of a bounded size, and never half a test', () => {
    const long = Array(80).fill('    step()').join('\n')
    const tests = ['one', 'two', 'three', 'four'].map((title) => `  it('${title}', () => { expect(run()).toBe(1) })`)
    const inSuite = (inner: string): string => `describe('orders', () => {\n${inner}\n})\n`

    expect(find({ 'tests/a.test.ts': inSuite(tests.join('\n')) })?.text.split("it('")).toHaveLength(4)
    const tooLong = inSuite(`  it('long', () => {\n${long}\n    expect(1).toBe(1)\n  })`)
    expect(find({ 'tests/a.test.ts': tooLong })?.text).toBe(inSuite("  it('long', () => { ... })").trimEnd())
    expect(find({ 'tests/a.test.ts': `${UNIT}// ${'x'.repeat(200_000)}` })).toBeNull()
  })

  it('goes to the next suite where the tests of the nearest are too long', () => {
    const long = `describe('/orders', () => {\n  it('long', async () => {\n${Array(80).fill("    await post('/orders')").join('\n')}\n    expect(1).toBe(1)\n  })\n})\n`
    expect(find({ 'tests/a.test.ts': `${long}\r\n${UNIT.replaceAll('\n', '\r\n')}` })?.text).toBe(
      "it('adds', () => {\n  expect(sum(1, 2)).toBe(3)\n})",
    )
  })

  it('takes the tests of a file that ask the route', () => {
    const others = Array.from({ length: 5 }, (_, at) => supertest('/users', `n${at}`).split('\n').slice(3).join('\n'))
    const text = [...others, supertest('/orders', 'the one').split('\n').slice(3).join('\n')].join('\n')
    expect(find({ 'tests/a.test.ts': text })?.text).toContain("it('the one'")
  })
})
