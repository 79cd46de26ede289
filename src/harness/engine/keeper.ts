import { type ChildProcess, spawn } from 'node:child_process'
import { rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { KeeperJob, KeeperReport, Owner } from './engine-folder.ts'

type Job = KeeperJob & { readonly owner: number }

const GRACE_MS = 2000
const LOG_LIMIT = 4000

// Written by our own `startKeeper`, and a package that checked it would take longer to load than all else here.
keep(JSON.parse(process.argv[2] ?? ''))

function keep(job: Job): void {
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => {})
  const server = job.server ? startServer(job.folder, job.server) : null
  const owner: Owner = { owner: job.owner, keeper: process.pid, server: server?.pid ?? null }
  writeFileSync(join(job.folder, 'owner.json'), JSON.stringify(owner))
  if (!server) report({ status: 'ready' })
  process.stdin.resume()
  process.stdin.on('close', () => finish(job, server))
}

function startServer(folder: string, server: NonNullable<Job['server']>): ChildProcess {
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

function finish(job: Job, server: ChildProcess | null): void {
  const remove = () => {
    rmSync(job.folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 50 })
    process.exit(0)
  }
  if (!server || server.exitCode !== null || server.signalCode !== null || server.pid === undefined) {
    remove()
    return
  }
  server.once('exit', remove)
  server.kill(job.server?.stopSignal)
  setTimeout(() => server.kill('SIGKILL'), GRACE_MS)
}

function report(message: KeeperReport): void {
  process.stdout.on('error', () => {})
  process.stdout.write(`${JSON.stringify(message)}\n`)
}
