import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { describe, expect, it, onTestFinished } from 'vitest'
import { readSchema } from '../../../src/harness/database/schema-sql.ts'

/** Writes what it was asked for as the migration, as the real one does with the tables. */
const KIT = `
const { mkdirSync, readFileSync, writeFileSync } = require('node:fs')
const [command, , config] = process.argv.slice(2)
const { dialect, schema, out } = JSON.parse(readFileSync(config, 'utf8'))
if (schema.includes('src/broken.ts')) return console.log('Please update drizzle-orm')
mkdirSync(out + '/meta', { recursive: true })
writeFileSync(out + '/0000_x.sql', [command, dialect, ...schema].join(' '))
writeFileSync(out + '/meta/_journal.json', JSON.stringify({ dialect: 'pg', entries: [{ idx: 0, when: 1, tag: '0000_x' }] }))
`

function readWith(version: string, schemaFiles: string[]): ReturnType<typeof readSchema> {
  const root = mkdtempSync(join(tmpdir(), 'itest-old-kit-'))
  onTestFinished(() => rmSync(root, { recursive: true, force: true }))
  const isRunOnly = version.startsWith('0.19.')
  const bin = isRunOnly ? 'index.cjs' : 'bin.cjs'
  const kit = { name: 'drizzle-kit', version, bin: { 'drizzle-kit': `./${bin}` } }
  const manifest = isRunOnly ? kit : { ...kit, main: 'index.js', exports: { '.': './index.js' } }
  const files = { 'package.json': '{}', 'package/package.json': JSON.stringify(manifest), [`package/${bin}`]: KIT }
  for (const [name, text] of Object.entries(isRunOnly ? files : { ...files, 'package/index.js': '' })) {
    const file = join(root, name.replace(/^package\//, 'node_modules/drizzle-kit/'))
    mkdirSync(dirname(file), { recursive: true })
    writeFileSync(file, text)
  }
  const database = { dialect: 'postgres' as const, urlVariables: [], partVariables: {}, migrations: null, schemaFiles }
  return readSchema({ root, database, importModule: async () => ({}) })
}

describe('a drizzle-kit that can only be called as a command', () => {
  it.each([
    ['0.19.13', 'generate:pg postgresql src/a.ts src/b.ts'],
    ['0.20.14', 'generate:pg postgresql src/a.ts src/b.ts'],
    ['0.21.4', 'generate postgresql src/a.ts src/b.ts'],
  ])('%s makes the tables', async (version, sql) => {
    const { statements, journal } = await readWith(version, ['src/a.ts', 'src/b.ts'])
    expect(statements).toEqual([{ file: 'src/a.ts, src/b.ts', number: 1, sql }])
    expect(journal).toEqual([])
    expect(readdirSync(tmpdir()).filter((name) => name.startsWith('itest-kit-'))).toEqual([])
  })

  it('is quoted when it makes none', async () => {
    await expect(readWith('0.20.14', ['src/broken.ts'])).rejects.toThrow('made none: Please update drizzle-orm')
  })
})
