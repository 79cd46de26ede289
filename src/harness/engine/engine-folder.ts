import { spawn } from 'node:child_process'
import {
  accessSync,
  constants,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmdirSync,
  rmSync,
  statfsSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import * as z from 'zod'
import { builtFile } from '../../package-paths.ts'
import type { SystemUser } from './system-user.ts'

const PREFIX = 'itest-engine-'
const FILLED_WITHIN_MS = 60_000

/** What the keeper runs. */
export interface KeptServer {
  readonly command: string
  readonly arguments: readonly string[]
  readonly user: SystemUser | null
  /** The server is ready when it writes this to stderr. */
  readonly readyLine: string
  /** What makes the server end at once. */
  readonly stopSignal: 'SIGQUIT' | 'SIGKILL'
}

export const KeeperReport = z.discriminatedUnion('status', [
  z.object({ status: z.literal('ready') }),
  z.object({ status: z.literal('failed'), log: z.string() }),
])
export type KeeperReport = z.infer<typeof KeeperReport>

export const Owner = z.object({ owner: z.number(), keeper: z.number().nullable(), server: z.number().nullable() })
export type Owner = z.infer<typeof Owner>

/** A file system in memory, on Linux. */
const MEMORY = '/dev/shm'
const TMPFS = 0x01021994

/** Where temporary files may be in memory: with so much room, in bytes, and if nobody says where such files go. */
export function findMemory(room: number): string {
  if (process.env.TMPDIR) return tmpdir()
  try {
    const { type, bavail, bsize } = statfsSync(MEMORY)
    accessSync(MEMORY, constants.W_OK)
    return type === TMPFS && bavail * bsize >= room ? MEMORY : tmpdir()
  } catch {
    return tmpdir()
  }
}

/** Makes a temporary folder, after removing those whose owners died without a trace. */
export function makeEngineFolder(place: string = tmpdir()): string {
  for (const one of new Set([tmpdir(), MEMORY])) if (existsSync(one)) removeStaleFolders(one)
  const folder = mkdtempSync(join(place, PREFIX))
  const owner: Owner = { owner: process.pid, keeper: null, server: null }
  writeFileSync(join(folder, 'owner.json'), JSON.stringify(owner))
  return folder
}

export interface Keeper {
  /** Resolves when the server is ready. A keeper runs one at most. */
  run(server: KeptServer): Promise<void>
  /** Kills the server and removes the folder. */
  stop(): Promise<void>
}

/**
 * Starts the keeper: a small process of its own session that holds a pipe to us. When the pipe closes, because we
 * asked for it or because we were killed, it kills its server and removes the folder. While it starts, its server can be
 * made ready to run.
 */
export function startKeeper(folder: string): Keeper {
  const keeper = spawn(
    process.execPath,
    [builtFile('harness/engine/keeper.js'), JSON.stringify({ folder, owner: process.pid })],
    {
      detached: true,
      stdio: ['pipe', 'pipe', 'ignore'],
      env: { PATH: process.env.PATH, LC_ALL: 'C', SystemRoot: process.env.SystemRoot },
    },
  )
  const gone = new Promise<void>((resolve) => keeper.once('exit', () => resolve()))
  keeper.stdin.on('error', () => {})
  const release = () => {
    keeper.unref()
    for (const pipe of [keeper.stdin, keeper.stdout]) if (pipe instanceof Socket) pipe.unref()
  }
  release()
  const stop = async () => {
    keeper.ref()
    keeper.stdin.end()
    await gone
  }
  return {
    stop,
    run: async (server) => {
      keeper.ref()
      keeper.stdin.write(`${JSON.stringify(server)}\n`)
      const report = await readReport(keeper.stdout)
      keeper.stdout.destroy()
      release()
      if (report.status === 'ready') return
      await stop()
      throw new Error(`The database server did not start.\n${report.log}`)
    },
  }
}

async function readReport(output: NodeJS.ReadableStream): Promise<KeeperReport> {
  for await (const line of createInterface({ input: output })) return KeeperReport.parse(JSON.parse(line))
  return { status: 'failed', log: 'its keeper ended without a word' }
}

function removeStaleFolders(place: string): void {
  for (const name of readdirSync(place)) {
    if (!name.startsWith(PREFIX)) continue
    const folder = join(place, name)
    const owner = readOwner(folder)
    if (!owner) removeEmpty(folder)
    if (!owner || isAlive(owner.owner) || (owner.keeper !== null && isAlive(owner.keeper))) continue
    if (owner.server !== null && isServerOf(owner.server, folder)) process.kill(owner.server, 'SIGKILL')
    rmSync(folder, { recursive: true, force: true, maxRetries: 3 })
  }
}

/** Whoever made it was killed before they said so, or while they removed it; a younger one may still be filled. */
function removeEmpty(folder: string): void {
  try {
    if (Date.now() - statSync(folder).mtimeMs > FILLED_WITHIN_MS) rmdirSync(folder)
  } catch {
    // It is not empty, or somebody else was quicker.
  }
}

function readOwner(folder: string): Owner | null {
  try {
    return Owner.parse(JSON.parse(readFileSync(join(folder, 'owner.json'), 'utf8')))
  } catch {
    return null
  }
}

export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM'
  }
}

/** Process ids are reused, so the id alone is no reason to kill: the folder's own pid file must name it too. */
function isServerOf(pid: number, folder: string): boolean {
  if (!isAlive(pid)) return false
  return PID_FILES.some((name) => readPid(join(folder, 'data', name)) === pid)
}

const PID_FILES = ['postmaster.pid', 'mysqld.pid']

function readPid(file: string): number | null {
  try {
    return Number(readFileSync(file, 'utf8').split('\n')[0])
  } catch {
    return null
  }
}
