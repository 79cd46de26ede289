import { spawn } from 'node:child_process'
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { type Engine, startEngine } from '../../src/harness/engine/engine.ts'
import { runTests } from '../../src/run/run.ts'
import { HEAD, makeProject, repository, type SampleProject } from '../harness/sample-project.ts'

const LIMIT_MS = 120_000
const route = { method: 'POST', path: '/hotels/:hotelId/bookings' }

const LOOPS = `${HEAD}
import { writeFileSync } from 'node:fs'
it('loops', () => {
  writeFileSync('worker.pid', String(process.pid))
  for (;;) ;
})`

/** Owns an engine and a run, as the command line does, and says when it can be killed. */
const OWNER = `
import { startEngine } from '${pathToFileURL(join(repository, 'dist/harness/engine/engine.js'))}'
import { runTests } from '${pathToFileURL(join(repository, 'dist/run/run.js'))}'
const engine = await startEngine({ preference: 'auto' })
console.log(engine.folder)
await runTests({
  root: process.cwd(), files: ['tests/loops.test.ts'], engine, route: ${JSON.stringify(route)}, ablate: false,
  timeoutMs: ${LIMIT_MS}, signal: new AbortController().signal,
})`

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch {
    return false
  }
}

function readPid(project: SampleProject): number {
  return Number(readFileSync(join(project.root, 'worker.pid'), 'utf8'))
}

describe('runTests, when a run has to be ended', () => {
  let engine: Engine
  let project: SampleProject

  beforeAll(async () => {
    engine = await startEngine({ preference: 'auto' })
    project = makeProject({ 'tests/loops.test.ts': LOOPS, 'owner.mjs': OWNER })
  }, LIMIT_MS)

  afterAll(async () => {
    project.remove()
    await engine.stop()
  })

  const run = (options: { timeoutMs: number; signal: AbortSignal }) =>
    runTests({ root: project.root, files: ['tests/loops.test.ts'], engine, route, ablate: false, ...options })

  it('kills a run that takes too long and says so', { timeout: LIMIT_MS }, async () => {
    expect(await run({ timeoutMs: 1000, signal: new AbortController().signal })).toMatchObject({
      reason: null,
      exitCode: null,
      unhandled: [{ test: null, error: { code: 'ITEST_RUN_TIMEOUT', message: 'the run was killed after 1000 ms' } }],
    })
    expect(readdirSync(engine.folder).filter((name) => name.startsWith('run-'))).toEqual([])
  })

  it('kills an endless loop when it is aborted, and keeps what it knew', { timeout: LIMIT_MS }, async () => {
    writeFileSync(join(project.root, 'worker.pid'), '')
    const abort = new AbortController()
    const running = run({ timeoutMs: LIMIT_MS, signal: abort.signal })
    await vi.waitFor(() => expect(readPid(project)).toBeGreaterThan(0), LIMIT_MS)
    abort.abort()
    expect(await running).toMatchObject({
      reason: null,
      tests: [{ name: 'loops', state: 'pending' }],
      unhandled: [{ error: { code: 'ITEST_RUN_ABORTED' } }],
    })
    await vi.waitFor(() => expect(isAlive(readPid(project))).toBe(false), LIMIT_MS)
  })

  it('leaves no process and no folder when its owner is killed', { timeout: LIMIT_MS }, async () => {
    writeFileSync(join(project.root, 'worker.pid'), '')
    const owner = spawn(process.execPath, ['owner.mjs'], { cwd: project.root, stdio: ['ignore', 'pipe', 'inherit'] })
    const folder = await new Promise<string>((resolve) =>
      owner.stdout.once('data', (data) => resolve(String(data).trim())),
    )
    const pids: Record<string, number> = JSON.parse(readFileSync(join(folder, 'owner.json'), 'utf8'))
    await vi.waitFor(() => expect(readPid(project)).toBeGreaterThan(0), LIMIT_MS)
    const all = [...Object.values(pids).filter((pid) => pid !== null), readPid(project)]
    expect(all.map(isAlive)).toEqual(all.map(() => true))

    owner.kill('SIGKILL')

    await vi.waitFor(() => expect(all.filter(isAlive)).toEqual([]), LIMIT_MS)
    await vi.waitFor(() => expect(existsSync(folder)).toBe(false), LIMIT_MS)
  })
})
