import {
  appendFileSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { readCodebase, readRoute } from '../../src/scan/read-project.ts'
import { throughCache } from '../../src/scan/scan-cache.ts'
import { appWith, withProjectAsync } from '../support/scan-source.ts'

let cache = ''
beforeEach(() => {
  cache = mkdtempSync(path.join(tmpdir(), 'itest-cache-'))
  vi.stubEnv('XDG_CACHE_HOME', cache)
})
afterEach(() => {
  vi.unstubAllEnvs()
  rmSync(cache, { recursive: true, force: true })
})

const entries = (): string[] =>
  readdirSync(cache, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.json'))

/** Puts a mark into every entry, by which an answer from the cache is told. */
function markEntries(): void {
  for (const name of entries()) {
    const file = path.join(cache, name)
    const entry = JSON.parse(readFileSync(file, 'utf8'))
    writeFileSync(file, JSON.stringify({ ...entry, value: 'from the cache' }))
  }
}

const FILES = {
  ...appWith(
    "app.get('/a', (req, res) => res.json({}))\nimport { late } from './late.js'\nif (late) app.get('/late', late)",
  ),
  'package-lock.json': '{}',
}
const OPTIONS = { app: null, cache: true }

describe('the cache of a scan', () => {
  it('answers when nothing has changed', () =>
    withProjectAsync(FILES, {}, async (root) => {
      await readCodebase(root, OPTIONS)
      markEntries()
      expect(await readCodebase(root, OPTIONS)).toBe('from the cache')
    }))

  it.each([
    [
      'a file that was read',
      (root: string) => appendFileSync(`${root}/src/app.ts`, "\napp.post('/b', (req, res) => res.json({}))"),
    ],
    ['package.json', (root: string) => appendFileSync(`${root}/package.json`, ' ')],
    ['the tsconfig', (root: string) => appendFileSync(`${root}/tsconfig.json`, ' ')],
    [
      'a file that an import looked for and did not find',
      (root: string) => writeFileSync(`${root}/src/late.ts`, 'export const late = (req, res) => res.json({})'),
    ],
    [
      'a folder with sources',
      (root: string) => {
        mkdirSync(`${root}/src/more`)
        writeFileSync(`${root}/src/more/x.ts`, '')
      },
    ],
    ['the name of a file', (root: string) => renameSync(`${root}/src/schema.ts`, `${root}/src/tables.ts`)],
    [
      'what is installed',
      (root: string) => {
        mkdirSync(`${root}/node_modules/express`, { recursive: true })
        writeFileSync(`${root}/node_modules/express/package.json`, '{ "version": "4.1.0" }')
      },
    ],
    ['the lock file', (root: string) => writeFileSync(`${root}/package-lock.json`, '{ "lockfileVersion": 3 }')],
  ])('reads anew after a change of %s', (_, change) =>
    withProjectAsync(FILES, {}, async (root) => {
      await readCodebase(root, OPTIONS)
      markEntries()
      change(root)
      expect(await readCodebase(root, OPTIONS)).toMatchObject({ routes: expect.any(Array) })
    }),
  )

  it('keeps questions apart: routes, each route, each --app', () =>
    withProjectAsync(FILES, {}, async (root) => {
      await readCodebase(root, OPTIONS)
      await readCodebase(root, { ...OPTIONS, app: 'src/app.ts' })
      const route = { method: 'GET', path: '/a', whole: false }
      const { dossier } = await readRoute(root, route, OPTIONS)
      const again = await readRoute(root, route, OPTIONS)
      expect(entries()).toHaveLength(3)
      expect(again.dossier).toEqual(JSON.parse(JSON.stringify(dossier)))
    }))

  it('is neither asked nor written with cache: false', () =>
    withProjectAsync(FILES, {}, async (root) => {
      await readCodebase(root, OPTIONS)
      markEntries()
      expect(await readCodebase(root, { ...OPTIONS, cache: false })).toMatchObject({ routes: expect.any(Array) })
      expect(readFileSync(path.join(cache, entries()[0] ?? ''), 'utf8')).toContain('from the cache')
    }))

  it.each(['', '{', '{"tool":1}', 'null', '[]'])('is made anew when an entry holds %j', (text) =>
    withProjectAsync(FILES, {}, async (root) => {
      await readCodebase(root, OPTIONS)
      for (const name of entries()) writeFileSync(path.join(cache, name), text)
      expect((await readCodebase(root, OPTIONS)).routes).toHaveLength(2)
    }),
  )

  it('keeps no answer of an older build', () =>
    withProjectAsync(FILES, {}, async (root) => {
      await readCodebase(root, OPTIONS)
      for (const name of entries()) {
        const file = path.join(cache, name)
        writeFileSync(file, JSON.stringify({ ...JSON.parse(readFileSync(file, 'utf8')), tool: 'older', value: 'old' }))
      }
      expect(await readCodebase(root, OPTIONS)).not.toBe('old')
    }))

  it('survives many runs at once, whole entries only', () =>
    withProjectAsync(FILES, {}, async (root) => {
      const all = await Promise.all(Array.from({ length: 8 }, () => readCodebase(root, OPTIONS)))
      expect(all.map(({ routes }) => routes.length)).toEqual(Array(8).fill(2))
      expect(readdirSync(cache, { recursive: true, encoding: 'utf8' }).filter((name) => /\.json\./.test(name))).toEqual(
        [],
      )
      markEntries()
      expect(await readCodebase(root, OPTIONS)).toBe('from the cache')
    }))

  it('costs nothing but time where it can not be written', async () => {
    vi.stubEnv('XDG_CACHE_HOME', '/dev/null/nowhere')
    const looks = { files: {}, folders: {}, names: {} }
    expect(await throughCache({ root: '/x', text: 'x' }, async () => ({ value: 1, looks: () => looks }))).toBe(1)
  })

  it('keeps the newest 200 entries of a project', async () => {
    const looks = { files: {}, folders: {}, names: {} }
    for (let index = 0; index < 205; index += 1)
      await throughCache({ root: '/x', text: `question ${index}` }, async () => ({ value: index, looks: () => looks }))
    expect(entries()).toHaveLength(200)
  })
})
