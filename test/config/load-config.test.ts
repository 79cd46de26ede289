import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { describe, expect, it, onTestFinished } from 'vitest'
import { readSettings } from '../../src/config/find-config.ts'
import { NO_SETTINGS } from '../../src/config/settings.ts'

function writeProject(files: Readonly<Record<string, string>>): string {
  const root = mkdtempSync(path.join(tmpdir(), 'itest-config-'))
  onTestFinished(() => rmSync(root, { recursive: true }))
  for (const [name, text] of Object.entries({ 'package.json': '{ "type": "module" }', ...files })) {
    mkdirSync(path.dirname(path.join(root, name)), { recursive: true })
    writeFileSync(path.join(root, name), text)
  }
  return root
}

/** What is wrong with a config of this text. */
async function mistake(text: string, file = 'itest.config.ts'): Promise<{ message: string; hint: string }> {
  const error: unknown = await readSettings(writeProject({ [file]: text }), null).catch((reason: unknown) => reason)
  if (!(error instanceof Error && error.name === 'UserError' && 'hint' in error)) throw error
  return { message: error.message, hint: String(error.hint) }
}

describe('readSettings', () => {
  it('is as if nothing was said where there is no config', async () => {
    expect(await readSettings(writeProject({}), null)).toEqual(NO_SETTINGS)
  })

  it('reads every key, typed, with what the file imports by its compiler', async () => {
    const root = writeProject({
      'tsconfig.json': '{ "compilerOptions": { "baseUrl": ".", "paths": { "~/*": ["./settings/*"] } } }',
      'settings/model.ts': "export const model: string = 'none'",
      'src/app.ts': '',
      'settings/keys.ts': "export const key = 'k1'",
      'itest.config.ts': `
        import { auth, defineConfig } from 'itest-gen/config'
        import { model } from '~/model'
        import { key } from './settings/keys.js'
        export default defineConfig({
          app: 'src/app.ts',
          env: { API_KEY: key },
          database: { engine: 'postgres', url: 'postgres://localhost/a' },
          tests: { folder: 'specs', file: '{path}/{method}.spec.ts' },
          skip: [{ route: 'POST /orders', path: 'validation.*', reason: 'covered by the schema' }],
          model,
          effort: 'high',
          maxTokens: 32000,
          promptBudget: 12_000,
          stripComments: true,
          auth: { signIn: () => auth.apiKey('x-api-key', key) },
        })`,
    })
    expect(await readSettings(root, null)).toEqual({
      file: path.join(root, 'itest.config.ts'),
      keys: [
        'app',
        'env',
        'database',
        'tests',
        'skip',
        'model',
        'effort',
        'maxTokens',
        'promptBudget',
        'stripComments',
        'auth',
      ],
      app: 'src/app.ts',
      env: { API_KEY: 'k1' },
      database: { engine: 'postgres', url: 'postgres://localhost/a' },
      tests: { folder: 'specs', file: '{path}/{method}.spec.ts' },
      skip: [{ route: 'POST /orders', path: 'validation.*', reason: 'covered by the schema' }],
      model: 'none',
      effort: 'high',
      maxTokens: 32000,
      promptBudget: 12_000,
      stripComments: true,
      hasAuth: true,
    })
  })

  it.each([
    ['itest.config.mts', "const model: string = 'none'; export default { model }"],
    ['itest.config.js', "export default { model: 'none' }"],
    ['itest.config.mjs', "export default { model: 'none' }"],
  ])('takes a plain object in %s', async (file, text) => {
    expect(await readSettings(writeProject({ [file]: text }), null)).toMatchObject({ model: 'none' })
  })

  it('takes module.exports where the package is CommonJS', async () => {
    const root = writeProject({ 'package.json': '{}', 'itest.config.js': "module.exports = { model: 'none' }" })
    expect(await readSettings(root, null)).toMatchObject({ model: 'none' })
  })

  it('waits for a promise of one', async () => {
    const text = "export default Promise.resolve({ model: 'none' })"
    expect(await readSettings(writeProject({ 'itest.config.ts': text }), null)).toMatchObject({ model: 'none' })
    expect((await mistake('export default Promise.resolve({ a: 1 })')).message).toContain('a: unknown key')
  })

  it('names a tsconfig that can not be read', async () => {
    const files = { 'tsconfig.json': '{ "extends": "./gone.json", ', 'itest.config.ts': 'export default {}' }
    await expect(readSettings(writeProject(files), null)).rejects.toThrow(
      /^itest.config.ts can't be loaded: .*gone.json/,
    )
  })

  it('takes the file that is asked for', async () => {
    const root = writeProject({
      'itest.config.ts': "export default { model: 'none' }",
      'ci/itest.ts': "export default { model: 'anthropic' }",
    })
    expect(await readSettings(root, 'ci/itest.ts')).toMatchObject({
      model: 'anthropic',
      file: path.join(root, 'ci/itest.ts'),
    })
    await expect(readSettings(root, 'gone.ts')).rejects.toThrow('--config gone.ts: expected a file, found nothing at')
    await expect(readSettings(root, 'ci')).rejects.toThrow('--config ci: expected a file, found a folder at')
  })

  it('refuses to choose between two', async () => {
    const root = writeProject({ 'itest.config.ts': '', 'itest.config.mjs': '' })
    await expect(readSettings(root, null)).rejects.toThrow('found itest.config.ts and itest.config.mjs')
  })
})

describe('a mistake in the config', () => {
  it.each([
    [
      '{ datbase: {} }',
      'datbase: unknown key, expected one of app, env, database, tests, skip, model, effort, maxTokens, promptBudget, stripComments, auth',
    ],
    ['{ database: { uri: 1 } }', 'database.uri: unknown key, expected one of engine, url'],
    ['{ database: { engine: "oracle" } }', 'database.engine: expected auto, postgres or pglite, found "oracle"'],
    ['{ database: { url: 5 } }', 'database.url: expected text, found a number'],
    ['{ database: "postgres://a:secret@b/c" }', 'database: expected an object, found another text'],
    ['{ env: { PORT: 3000 } }', 'env.PORT: expected text, found a number'],
    ['{ env: { KEY: process.env.NO_SUCH_VARIABLE } }', 'env.KEY: expected text, found nothing'],
    ['{ env: ["a"] }', 'env: expected an object of texts, found a list'],
    ['{ model: "" }', 'model: expected text, found an empty text'],
    ['{ promptBudget: 10 }', 'promptBudget: expected a whole number of at least 1000, found the number 10'],
    ['{ promptBudget: "9000" }', 'promptBudget: expected a whole number of at least 1000, found "9000"'],
    ['{ model: true }', 'model: expected text, found the boolean true'],
    ['{ effort: "huge" }', 'effort: expected low, medium, high, max, found "huge"'],
    ['{ maxTokens: 0.5 }', 'maxTokens: expected a whole number from 1 to 9999999, found the number 0.5'],
    ['{ app: "src/gone.ts" }', 'app: expected a file of the project, found nothing at'],
    ['{ tests: { file: "a.ts" } }', 'tests.file: expected a name that ends in .ts, with {method} and {path} in it'],
    ['{ tests: { file: "../{method}-{path}.ts" } }', 'and no folder above, found "../{method}-{path}.ts"'],
    ['{ skip: {} }', 'skip: expected a list, found an object'],
    [
      '{ skip: [{ route: "/a", path: "b", reason: "c" }] }',
      'skip[0].route: expected a method and a path, e.g. POST /or',
    ],
    ['{ skip: [{ route: "GET /a", path: "b" }] }', 'skip[0].reason: expected text, found nothing'],
    ['{ skip: [{ route: "GET /a", paths: 1 }] }', 'skip[0].paths: unknown key, expected one of route, path, reason'],
    ['{ auth: () => ({}) }', 'auth: expected an object, found a function'],
    ['{ auth: { signIn: "me" } }', 'auth.signIn: expected a function, found "me"'],
    ['{ auth: {} }', 'auth.signIn: expected a function, found nothing'],
    ['() => ({})', 'the default export: expected an object, found a function'],
    ['42', 'the default export: expected an object, found the number 42'],
  ])('%s is named with the path of its key', async (config, message) => {
    const found = await mistake(`export default ${config}`)
    expect(found.message).toContain('itest.config.ts:')
    expect(found.message).toContain(message)
    expect(found.hint).not.toBe('')
  })

  it('is listed with the others', async () => {
    expect((await mistake('export default { a: 1, model: 5 }')).message).toBe(
      'itest.config.ts:\n  model: expected text, found the number 5\n' +
        '  a: unknown key, expected one of app, env, database, tests, skip, model, effort, maxTokens, promptBudget, stripComments, auth',
    )
  })

  it('may be that it exports nothing by default', async () => {
    expect((await mistake("export const model = 'none'")).message).toBe(
      'itest.config.ts: expected a default export, found none',
    )
  })

  it('may be thrown while it loads, and is told with its line', async () => {
    expect((await mistake("\nconst app: string = 'a'\nthrow new Error('no such vault')")).message).toBe(
      "itest.config.ts can't be loaded: no such vault (line 3)",
    )
    expect((await mistake("import './gone.ts'", 'itest.config.mts')).message).toMatch(
      /^itest\.config\.mts can't be loaded: Cannot find module '\.\/gone\.ts'/,
    )
    expect((await mistake('export default {')).message).toMatch(/^itest\.config\.ts can't be loaded: .*\(/)
    expect((await mistake('process.exit(3)')).message).toBe(
      "itest.config.ts can't be loaded: it called process.exit(3) (line 1)",
    )
    expect((await mistake("throw 'a text'")).message).toBe("itest.config.ts can't be loaded: a text")
  })
})
