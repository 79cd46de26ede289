import { execFile } from 'node:child_process'
import { chownSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { cached } from '../../cache-folder.ts'
import { copyFolder } from './copy-folder.ts'
import { findMemory, type Keeper, type KeptServer, makeEngineFolder, startKeeper } from './engine-folder.ts'
import { findFreePort } from './free-port.ts'
import type { SystemUser } from './system-user.ts'

/** What a kind of server needs to run on a data directory of its own. */
export interface OwnServer {
  /** Of the cached data directory. */
  readonly cacheName: string
  /** Its data is kept in memory where there is so much room, in bytes. */
  readonly memory: number
  /** Who runs it; null: whoever runs us. */
  readonly user: SystemUser | null
  /** The commands that fill `data`, a folder that is not there yet. */
  install(data: string): readonly InstallStep[]
  /** Further files beside the data. */
  prepare?(folder: string): void
  run(folder: string, port: number): Omit<KeptServer, 'user'>
}

export interface InstallStep {
  readonly command: string
  readonly arguments: readonly string[]
  /** What the command reads. */
  readonly input?: string
}

export interface RunningServer {
  readonly folder: string
  /** On 127.0.0.1. */
  readonly port: number
  stop(): Promise<void>
}

const PORT_ATTEMPTS = 3

/** Copies the cached data directory into a temporary folder and starts the server there. */
export async function startOwnServer(server: OwnServer): Promise<RunningServer> {
  for (let attempt = 1; ; attempt += 1) {
    const folder = makeEngineFolder(findMemory(server.memory))
    const keeper = startKeeper(folder)
    try {
      await makeDataDirectory(server, folder)
      const port = await startOn(server, folder, keeper)
      return { folder, port, stop: keeper.stop }
    } catch (error) {
      await keeper.stop()
      if (attempt === PORT_ATTEMPTS || !String(error).includes('Address already in use')) throw error
    }
  }
}

async function startOn(server: OwnServer, folder: string, keeper: Keeper): Promise<number> {
  const port = await findFreePort()
  await keeper.run({ ...server.run(folder, port), user: server.user })
  return port
}

async function makeDataDirectory(server: OwnServer, folder: string): Promise<void> {
  const { user } = server
  const data = join(folder, 'data')
  const source = await cached(server.cacheName, (target) =>
    initialise(server, (fresh) => copyFolder(fresh, target, null)),
  )
  if (source) copyFolder(source, data, user)
  else await initialise(server, (fresh) => copyFolder(fresh, data, user))
  server.prepare?.(folder)
  if (user) chownSync(folder, user.uid, user.gid)
}

/** In a folder that the server's user can reach, which the cache folder of root is not. */
async function initialise({ install, user }: OwnServer, use: (data: string) => void): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'itest-initdb-'))
  const data = join(folder, 'data')
  const place = { cwd: folder, env: { PATH: process.env.PATH, LC_ALL: 'C', HOME: folder }, ...(user ?? {}) }
  try {
    if (user) chownSync(folder, user.uid, user.gid)
    for (const { command, arguments: words, input = '' } of install(data)) {
      const running = promisify(execFile)(command, words, place)
      running.child.stdin?.end(input)
      await running
    }
    use(data)
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}
