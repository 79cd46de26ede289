import { describe, expect, it } from 'vitest'
import { outlineTests } from '../../src/test-files/outline.ts'

const outline = (text: string) => outlineTests('a.test.ts', text)
const FILE = `
import { describe, expect, it } from 'vitest'
import { app } from '../src/app'
import { token } from './tokens'
const LIMIT = 5
const unused = 6
describe('POST /orders', () => {
  beforeEach(() => { reset() })
  it('answers 201', async () => {
    const res = await request(app).post('/orders').send({ limit: LIMIT })
    expect(res.status).toBe(201)
  })
  it.skip('answers 401', async () => {
    await request(app).post('/orders').set(token()).expect(401)
  })
})
`

describe('the tests of a file', () => {
  it('are found with names, modifiers and assertions', () => {
    const found = outline(FILE).map(({ exactName, line, modifiers, assertions }) => [
      exactName,
      line,
      modifiers,
      assertions,
    ])
    expect(found).toEqual([
      ['POST /orders > answers 201', 9, [], ['expect(res.status).toBe(201)']],
      ['POST /orders > answers 401', 13, ['skip'], ["await request(app).post('/orders').set(token()).expect(401)"]],
    ])
  })

  it('depend on hooks and on what they name, and not on what other tests name', () => {
    const [first, second] = outline(FILE)
    const shown = (around: readonly string[] | undefined) => (around ?? []).map((line) => line.slice(13)).sort()
    expect(shown(first?.around)).toEqual([
      'app from ../src/app',
      'beforeEach(() => { reset() })',
      'const LIMIT = 5',
      'expect from vitest',
      'it from vitest',
    ])
    expect(shown(second?.around)).toContain('token from ./tokens')
    expect(shown(second?.around)).not.toContain('const LIMIT = 5')
  })

  it.each([
    [
      'a new test',
      FILE.replace("  it.skip('answers", "  it('is new', () => { expect(1).toBe(1) })\n  it.skip('answers"),
    ],
    [
      'an import that it does not use',
      FILE.replace('import { app }', "import { other } from './other'\nimport { app }"),
    ],
    ['another name in the same import', FILE.replace("{ app } from '../src/app'", "{ app, db } from '../src/app'")],
    ['another layout', FILE.replaceAll('    ', '\t').replaceAll("'", '"')],
    ['a declaration that nobody needs', FILE.replace('unused = 6', 'unused = 7')],
  ])('are what they were after %s', (_, text) => {
    const [before, after] = [outline(FILE)[0], outline(text).find(({ exactName }) => exactName?.endsWith('201'))]
    const kept = (around: readonly string[] | undefined) => around?.map((line) => line.slice(0, 12))
    expect([after?.hash, kept(after?.around)]).toEqual([before?.hash, kept(before?.around)])
  })

  it.each([
    ['a status', FILE.replace('toBe(201)', 'toBe(200)'), 'own'],
    ['a constant that it uses', FILE.replace('LIMIT = 5', 'LIMIT = 0'), 'around'],
    ['a hook', FILE.replace('reset()', 'cheat()'), 'around'],
    ['a mock at the top', FILE.replace('const LIMIT', "vi.mock('../src/app')\nconst LIMIT"), 'around'],
    ['a patched expect', FILE.replace('const LIMIT', 'globalThis.expect = fake\nconst LIMIT'), 'around'],
    ['an import that only has effects', FILE.replace('const LIMIT', "import './cheat'\nconst LIMIT"), 'around'],
    ['a skipped suite', FILE.replace("describe('POST", "describe.skip('POST"), 'own'],
  ])('are not what they were after %s', (_, text, where) => {
    const [before, after] = [outline(FILE)[0], outline(text)[0]]
    expect(after?.hash === before?.hash).toBe(where === 'around')
    expect(after?.around.join() === before?.around.join()).toBe(where === 'own')
  })

  it('may have names that only a run knows, names of their own for it(), and options', () => {
    const found = outline(`
      import { it as spec, test as base } from 'vitest'
      const authed = base.extend({ user: async ({}, use) => use(1) })
      describe.each([1, 2])('version %i', () => { spec.for([{ id: 1 }])('gets $id', () => {}) })
      describe(Orders, () => { authed(\`answers \${code}\`, { skip: true }, () => {}) })
      it.skipIf(process.env.CI)('later', () => {})
      item('is no test', () => {})
    `)
    expect(found.map(({ exactName, name, modifiers }) => [exactName, name.source, modifiers])).toEqual([
      [null, '^version .* > gets .*$', []],
      [null, '^.* > answers .*$', ['skip']],
      ['later', '^later$', ['skipIf']],
    ])
  })
})
