import { chmodSync, mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { execa } from 'execa'
import { describe, expect, it, onTestFinished, vi } from 'vitest'
import { copyFixture } from '../support/copy-fixture.ts'
import { startFakeMessagesApi } from '../support/fake-messages-api.ts'
import { CLI, cliEnvironment } from '../support/run-cli.ts'

const LIMIT_MS = 60_000

/** Processes whose command line names the folder: a server, its keeper, a Vitest worker. */
async function processesIn(folder: string): Promise<string[]> {
  const { stdout } = await execa('ps', ['-Ao', 'pid=,args='])
  return stdout.split('\n').filter((line) => line.includes(folder))
}

/** A folder for everything temporary, so that what is left over can be told from what others make. */
function makeTemporaryFolder(): string {
  const folder = mkdtempSync(path.join(tmpdir(), 'itest-interrupt-'))
  chmodSync(folder, 0o755)
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  return folder
}

describe('an interrupted itest gen', () => {
  it.each([
    { signal: 'SIGINT', after: 'reading the code' },
    { signal: 'SIGINT', after: 'waiting for anthropic: 1,000 characters so far' },
    { signal: 'SIGINT', after: 'starting a database' },
    { signal: 'SIGTERM', after: 'running 11 tests twice' },
  ] as const)('by $signal after "$after" leaves nothing behind', { timeout: LIMIT_MS }, async ({ signal, after }) => {
    const copy = copyFixture('orders')
    onTestFinished(copy.remove)
    const before = copy.list()
    const temporary = makeTemporaryFolder()
    const api = await startFakeMessagesApi([{ kind: 'breaks', text: '{"cases":'.padEnd(1500), how: 'silence' }])
    onTestFinished(api.close)
    const key = { ANTHROPIC_API_KEY: 'sk-ant-test', ANTHROPIC_BASE_URL: api.url }
    const child = execa(process.execPath, [CLI, 'gen', 'POST', '/orders'], {
      cwd: copy.root,
      env: cliEnvironment({ TMPDIR: temporary, ...(after.startsWith('waiting') ? key : {}) }),
      extendEnv: false,
      reject: false,
      // The type-check can't be interrupted, and on a busy machine it takes longer than the five seconds of execa.
      forceKillAfterDelay: false,
    })
    let progress = ''
    child.stderr.on('data', (chunk: Buffer) => {
      const before = progress
      progress += chunk.toString()
      if (progress.includes(after) && !before.includes(after)) child.kill(signal)
    })

    const { exitCode, stdout, stderr } = await child

    expect({ exitCode, stdout, last: stderr.trimEnd().split('\n').at(-1) }).toEqual({
      exitCode: 130,
      stdout: '',
      last: 'interrupted',
    })
    await Promise.all(api.seen.map(({ closed }) => closed))
    expect(copy.list()).toEqual(before)
    // The keeper of the database ends it after us.
    await vi.waitFor(async () => expect(await processesIn(temporary)).toEqual([]), LIMIT_MS)
    expect(readdirSync(temporary).filter((name) => name.startsWith('itest-'))).toEqual([])
  })

  it('in the midst of the tests ends the database and the workers too', { timeout: LIMIT_MS }, async () => {
    const copy = copyFixture('orders')
    onTestFinished(copy.remove)
    const before = copy.list()
    const temporary = makeTemporaryFolder()
    const child = execa(process.execPath, [CLI, 'gen', 'POST', '/orders'], {
      cwd: copy.root,
      env: cliEnvironment({ TMPDIR: temporary }),
      extendEnv: false,
      reject: false,
      // The type-check can't be interrupted, and on a busy machine it takes longer than the five seconds of execa.
      forceKillAfterDelay: false,
    })
    await vi.waitFor(
      async () => {
        const running = await processesIn(temporary)
        expect(running.filter((line) => line.includes('worker.js')).length).toBe(2)
        expect(copy.list()).toHaveProperty(['tests/integration/post-orders.test.ts'])
      },
      { timeout: LIMIT_MS, interval: 50 },
    )

    child.kill('SIGINT')
    const { exitCode } = await child

    expect(exitCode).toBe(130)
    expect(copy.list()).toEqual(before)
    await vi.waitFor(async () => expect(await processesIn(temporary)).toEqual([]), LIMIT_MS)
    expect(readdirSync(temporary).filter((name) => name.startsWith('itest-'))).toEqual([])
  })
})
