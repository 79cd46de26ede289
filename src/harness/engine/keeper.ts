import { type ChildProcess, spawn } from 'node:child_process'
import { rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import type { KeeperReport, KeptServer, Owner } from './engine-folder.ts'

interface Job {
  readonly folder: string
  readonly owner: number
}

interface Running {
  readonly child: ChildProcess
  readonly stopSignal: KeptServer['stopSignal']
}

const GRACE_MS = 2000
const LOG_LIMIT = 4000

// Written by our own `startKeeper`, and a package that checked it would take longer to load than all else here.
keep(JSON.parse(process.argv[2] ?? ''))

/** The only line that ever arrives says what to run; the end of the input says that nobody needs it any more. */
function keep(job: Job): void {
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => {})
  noteOwner(job, null)
  let running: Running | null = null
  createInterface({ input: process.stdin }).once('line', (line) => {
    const server: KeptServer = JSON.parse(line)
    running = { child: startServer(job.folder, server), stopSignal: server.stopSignal }
    noteOwner(job, running.child.pid ?? null)
  })
  process.stdin.on('close', () => finish(job, running))
}

function noteOwner({ folder, owner }: Job, server: number | null): void {
  const content: Owner = { owner, keeper: process.pid, server }
  writeFileSync(join(folder, 'owner.json'), JSON.stringify(content))
}

function startServer(folder: string, server: KeptServer): ChildProcess {
  const child = spawn(server.command, server.arguments, {
    cwd: folder,
    stdio: ['ignore', 'ignore', 'pipe'],
    ...(server.user ?? {}),
  })
  let log = ''
  let answered = false
  const answer = (message: KeeperReport) => {
    if (!answered) report(message)
    answered = true
  }
  child.stderr?.on('data', (chunk: Buffer) => {
    log = (log + chunk.toString()).slice(-LOG_LIMIT)
    if (log.includes(server.readyLine)) answer({ status: 'ready' })
  })
  child.on('error', (error) => answer({ status: 'failed', log: error.message }))
  child.on('exit', () => answer({ status: 'failed', log }))
  return child
}

function finish({ folder }: Job, running: Running | null): void {
  const remove = () => {
    rmSync(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 50 })
    process.exit(0)
  }
  if (running === null || running.child.exitCode !== null || running.child.signalCode !== null || !running.child.pid) {
    remove()
    return
  }
  const { child, stopSignal } = running
  child.once('exit', remove)
  child.kill(stopSignal)
  setTimeout(() => child.kill('SIGKILL'), GRACE_MS)
}

function report(message: KeeperReport): void {
  process.stdout.on('error', () => {})
  process.stdout.write(`${JSON.stringify(message)}\n`)
}
