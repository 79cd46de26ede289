import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { RunFacts, TestFacts } from '../../../src/run/types.ts'
import { LIMIT_MS, runProject } from '../run-project.ts'

const IMPORTS = `
import childProcess, { exec, execFileSync, execSync, fork, spawn, spawnSync } from 'node:child_process'
import dgram from 'node:dgram'
import dns, { lookup, resolve4, resolveMx } from 'node:dns'
import fs, { readFileSync, symlinkSync } from 'node:fs'
import http from 'node:http'
import https from 'node:https'
import http2 from 'node:http2'
import { createRequire } from 'node:module'
import net from 'node:net'
import { homedir, tmpdir, userInfo } from 'node:os'
import tls from 'node:tls'
import { promisify } from 'node:util'
import { Worker } from 'node:worker_threads'
import { until } from 'itest-gen'
import { expect, it } from 'vitest'
const failure = (emitter: any) => new Promise<any>((resolve) => emitter.once('error', resolve))
const code = (run: () => unknown) => { try { return run() } catch (error: any) { return error.code ?? error.message } }
`

const files = {
  'src/ask.cjs': `
    const { spawnSync } = require('child_process')
    module.exports = () => spawnSync('curl', ['https://out.example']).error.code`,
  'src/worker.mjs': `
    import net from 'node:net'
    import { execSync } from 'node:child_process'
    import { parentPort, workerData } from 'node:worker_threads'
    const started = (() => { try { execSync('true'); return 'started' } catch (error) { return error.code } })()
    net.connect(443, 'out.example').on('error', (error) => parentPort.postMessage([workerData, error.code, started]))`,
  'tests/outside.test.ts': `${IMPORTS}
it('reaches nobody over TCP, TLS or a local socket', async () => {
  expect(await failure(net.connect(6379, '127.0.0.1'))).toMatchObject({ code: 'ECONNREFUSED' })
  expect(await failure(new net.Socket().connect({ port: 5432, host: '93.184.216.34' }))).toMatchObject({ code: 'ECONNREFUSED' })
  expect(await failure(tls.connect(6380, 'cache.example'))).toMatchObject({ code: 'ECONNREFUSED' })
  expect(await failure(net.connect('/var/run/docker.sock'))).toMatchObject({ code: 'ECONNREFUSED' })
  expect(await failure(http.get({ socketPath: '/var/run/docker.sock', path: '/info' }))).toMatchObject({ code: 'ECONNREFUSED' })
})
it('reaches nobody over HTTP', async () => {
  await expect(fetch('https://out.example/fetch')).rejects.toThrow()
  expect(await failure(http.get('http://out.example/http'))).toBeInstanceOf(Error)
  expect(await failure(https.get('https://out.example/https', { agent: new https.Agent() }))).toBeInstanceOf(Error)
})
it('reaches nobody over HTTP/2', async () => {
  const session = http2.connect('https://h2.example')
  const call = session.request({ ':path': '/' })
  call.on('error', () => {})
  session.on('error', () => {})
  await new Promise((resolve) => session.once('close', resolve))
  expect(session.destroyed).toBe(true)
})
it('reaches nobody over UDP', async () => {
  const socket = dgram.createSocket('udp4')
  await new Promise((resolve) => socket.send('metric:1|c', 8125, 'metrics.example', resolve))
  await new Promise((resolve) => socket.send(Buffer.from('metric:1|c'), 0, 5, 8126, resolve))
  socket.close()
  expect(await new Promise((resolve) => dgram.createSocket('udp4').connect(53, '8.8.8.8', () => resolve('connected')))).toBe('connected')
})
it('asks no name server', async () => {
  expect((await promisify(lookup)('out.example')).address).toMatch(/^198\\.18\\./)
  expect((await dns.promises.lookup('localhost', { family: 4 })).address).toBe('127.0.0.1')
  expect(await promisify(resolve4)('out.example')).toEqual([expect.stringMatching(/^198\\.18\\./)])
  await expect(promisify(resolveMx)('out.example')).rejects.toMatchObject({ code: 'ENOTFOUND' })
  await expect(new dns.promises.Resolver().resolveTxt('secret.out.example')).rejects.toMatchObject({ code: 'ENOTFOUND' })
  await expect(dns.promises.resolve('out.example', 'SRV')).rejects.toMatchObject({ code: 'ENOTFOUND' })
  expect(await failure(net.connect(7000, (await dns.promises.lookup('by-name.example')).address))).toMatchObject({ code: 'ECONNREFUSED' })
})
it('starts no process', async () => {
  expect(await failure(spawn('curl', ['https://out.example']))).toMatchObject({ code: 'ENOENT' })
  expect(await failure(fork('./src/worker.mjs'))).toMatchObject({ code: 'ENOENT' })
  await expect(promisify(exec)('cat /proc/$PPID/environ')).rejects.toMatchObject({ code: 'ENOENT' })
  expect(code(() => execSync('env'))).toBe('ENOENT')
  expect(code(() => execFileSync('env', ['x']))).toBe('ENOENT')
  expect(spawnSync('env').error).toMatchObject({ code: 'ENOENT' })
  expect(code(() => (process as any).execve?.('/usr/bin/env', ['env']) ?? 'ENOENT')).toBe('ENOENT')
  expect(childProcess.spawnSync('env').error).toMatchObject({ code: 'ENOENT' })
  expect(createRequire(import.meta.url)('../src/ask.cjs')()).toBe('ENOENT')
})
it('gets no binding that could', () => {
  expect(code(() => process.binding('tcp_wrap'))).toContain('itest')
  expect(code(() => process.binding('spawn_sync'))).toContain('itest')
})
it('reaches nobody from a thread', async () => {
  const ask = (file: any, options: object) => new Promise((resolve) => new Worker(file, options).once('message', resolve))
  const file = new URL('../src/worker.mjs', import.meta.url)
  expect(await ask(file, { workerData: 'file' })).toEqual(['file', 'ECONNREFUSED', 'ENOENT'])
  const source = "const w = require('worker_threads'); require('net').connect(443, 'eval.example').on('error', (e) => w.parentPort.postMessage(e.code))"
  expect(await ask(source, { eval: true, execArgv: [] })).toBe('ECONNREFUSED')
  await until(() => expect(globalThis[Symbol.for('itest.harness') as any].boundary.current.blocked.size).toBeGreaterThan(2))
})`,
  'tests/beside.test.ts': `${IMPORTS}
import Database from 'better-sqlite3'
import { createClient } from '@libsql/client'
it('writes no file of another database than the one that tests get', async () => {
  const beside = new Database('sessions.db')
  beside.exec('CREATE TABLE sessions (id int); INSERT INTO sessions VALUES (1)')
  expect(beside.prepare('SELECT id FROM sessions').all()).toEqual([{ id: 1 }])
  await createClient({ url: 'file:audit.db' }).execute('CREATE TABLE audit (id int)')
  expect(['sessions.db', 'audit.db'].filter((file) => fs.existsSync(file))).toEqual([])
})`,
  'src/start.ts': `
    import net from 'node:net'
    export const failure = new Promise((resolve) => net.connect(6379, 'cache.example').on('error', resolve))
    await fetch('https://config.example/').catch(() => {})`,
  'tests/start.test.ts': `
    import { expect, it } from 'vitest'
    import { failure } from '../src/start.js'
    it('is the first test', async () => { expect(await failure).toMatchObject({ code: 'ECONNREFUSED' }) })
    it('is the second test', () => { expect(1).toBe(1) })`,
  'tests/secrets.test.ts': `${IMPORTS}
const parents = () => {
  const ids = [process.ppid]
  for (let id = process.ppid; id > 1; ids.push(id)) {
    id = Number(/PPid:\\s+(\\d+)/.exec(fs.readFileSync('/proc/' + id + '/status', 'utf8'))?.[1] ?? 0)
  }
  return ids
}
it('finds no key in its own environment', () => {
  expect(process.env.ANTHROPIC_API_KEY).toBeUndefined()
  expect(JSON.stringify(process.env)).not.toContain('hunter2')
})
it('lives in a temporary home', () => {
  expect(homedir()).toContain('/run-')
  expect([tmpdir(), userInfo().homedir]).toEqual([homedir(), homedir()])
  expect(fs.readdirSync(homedir()).filter((name) => name.startsWith('.'))).toEqual([])
})
it.runIf(process.platform === 'linux')('reads no environment of another process', async () => {
  symlinkSync('/proc/' + process.ppid, tmpdir() + '/parent')
  for (const id of parents()) {
    for (const file of ['/proc/' + id + '/environ', '/proc/self/root/proc/' + id + '/environ', '/proc/self/../' + id + '/task/' + id + '/environ']) {
      expect(code(() => readFileSync(file))).toBe('EACCES')
      expect(code(() => fs.openSync(file, 'r'))).toBe('EACCES')
      expect(code(() => fs.copyFileSync(file, tmpdir() + '/copy'))).toBe('EACCES')
      await expect((async () => fs.promises.readFile(file))()).rejects.toMatchObject({ code: 'EACCES' })
      await expect((async () => fs.promises.open(file))()).rejects.toMatchObject({ code: 'EACCES' })
      expect(code(() => fs.createReadStream(file).on('error', () => {}).destroy().destroyed)).toSatisfy((found: any) => found === 'EACCES' || found === true)
    }
  }
  expect(code(() => readFileSync(tmpdir() + '/parent/environ'))).toBe('EACCES')
  const filter = (name: string) => ['/proc', '/proc/' + process.ppid, '/proc/' + process.ppid + '/environ'].includes(name)
  expect(code(() => fs.cpSync('/proc/' + process.ppid, tmpdir() + '/sync', { recursive: true, filter }))).toBe('EACCES')
  await expect((async () => fs.promises.cp('/proc', tmpdir() + '/async', { recursive: true, filter }))()).rejects.toMatchObject({ code: 'EACCES' })
  expect(code(() => (process as any).loadEnvFile('/proc/' + process.ppid + '/environ'))).toBe('EACCES')
  for (const file of ['/proc/' + process.ppid, tmpdir() + '/parent']) await expect(import(file + '/environ?raw')).rejects.toThrow('itest lets no test read')
  expect(code(() => readFileSync(new URL('file:///proc/' + process.ppid + '/environ')))).toBe('EACCES')
})`,
}

describe('the guard around the tests', () => {
  let facts: RunFacts
  const before = process.env.ANTHROPIC_API_KEY

  beforeAll(async () => {
    process.env.ANTHROPIC_API_KEY = 'hunter2'
    facts = await runProject(files)
  }, LIMIT_MS)

  afterAll(() => {
    delete process.env.ANTHROPIC_API_KEY
    if (before !== undefined) process.env.ANTHROPIC_API_KEY = before
  })

  const find = (name: string): TestFacts | undefined => facts.tests.find((test) => test.name === name)

  const unstubbed = ['reaches nobody over HTTP', 'reaches nobody over HTTP/2', 'is the first test']

  it('lets nothing out, in any way that JavaScript has', () => {
    const failed = facts.tests.filter(({ state, name }) => state !== 'passed' && !unstubbed.includes(name))
    expect(failed.map(({ name, errors }) => [name, errors[0]?.message])).toEqual([])
    expect(facts.tests).toHaveLength(14)
  })

  it('counts what the app tries while it starts for the first test', () => {
    expect(find('is the first test')?.harness).toMatchObject({
      blockedConnections: ['cache.example:6379'],
      unstubbedCalls: ['GET https://config.example/'],
    })
    expect(find('is the second test')?.errors).toEqual([])
  })

  it('records every attempt', () => {
    expect(find('reaches nobody over TCP, TLS or a local socket')?.harness?.blockedConnections).toEqual([
      '127.0.0.1:6379',
      '93.184.216.34:5432',
      'cache.example:6380',
      '/var/run/docker.sock',
    ])
    expect(find('reaches nobody over HTTP')?.harness?.unstubbedCalls).toEqual([
      'GET https://out.example/fetch',
      'GET http://out.example/http',
      'GET https://out.example/https',
    ])
    expect(find('reaches nobody over HTTP/2')?.harness?.unstubbedCalls).toEqual(['https://h2.example (not HTTP/1.1)'])
    expect(find('reaches nobody over UDP')?.harness?.blockedConnections).toEqual([
      'udp metrics.example:8125',
      'udp localhost:8126',
      'udp 8.8.8.8:53',
    ])
    expect(find('asks no name server')?.harness?.blockedConnections).toEqual([
      'dns resolveMx out.example',
      'dns resolveTxt secret.out.example',
      'dns resolveSRV out.example',
      'by-name.example:7000',
    ])
    expect(find('starts no process')?.harness?.blockedConnections).toEqual(
      expect.arrayContaining(['process curl https://out.example', 'process env', 'process env x']),
    )
    expect(find('reaches nobody from a thread')?.harness?.blockedConnections).toEqual(
      expect.arrayContaining(['out.example:443 (from a thread)', 'eval.example:443 (from a thread)']),
    )
  })
})
