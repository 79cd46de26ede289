import { execFile } from 'node:child_process'
import { chownSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { cached } from '../../cache-folder.ts'
import { copyFolder } from './copy-folder.ts'
import type { Engine } from './engine.ts'
import { makeEngineFolder, startKeeper } from './engine-folder.ts'
import { findFreePort } from './free-port.ts'
import type { PostgresBinary } from './postgres-binary.ts'

const PORT_ATTEMPTS = 3

const INITDB = ['-U', 'postgres', '-A', 'trust', '--no-sync', '--locale=C', '-E', 'UTF8', '--wal-segsize=1']

// The data lives for one run, so durability is switched off.
const SETTINGS = {
  fsync: 'off',
  synchronous_commit: 'off',
  full_page_writes: 'off',
  shared_buffers: '32MB',
  max_connections: '200',
  wal_level: 'minimal',
  max_wal_senders: '0',
  autovacuum: 'off',
  jit: 'off',
  timezone: 'UTC',
  listen_addresses: '127.0.0.1',
  unix_socket_directories: '',
}

/** Copies the cached data directory into a temporary folder and starts a server there, on 127.0.0.1 only. */
export async function startPostgres(binary: PostgresBinary): Promise<Engine> {
  const folder = makeEngineFolder()
  try {
    await makeDataDirectory(binary, folder)
    const { port, stop } = await startServer(binary, folder)
    return {
      kind: 'postgres',
      facts: { kind: 'postgres', version: binary.version, limits: [], place: binary.place },
      url: `postgres://postgres:postgres@127.0.0.1:${port}`,
      emptySnapshot: null,
      driver: null,
      existing: null,
      folder,
      stop,
    }
  } catch (error) {
    rmSync(folder, { recursive: true, force: true })
    throw error
  }
}

async function makeDataDirectory(binary: PostgresBinary, folder: string): Promise<void> {
  const data = join(folder, 'data')
  const source = await cached(`postgres-${binary.version}-1`, (target) =>
    initialise(binary, (fresh) => copyFolder(fresh, target, null)),
  )
  if (source) copyFolder(source, data, binary.user)
  else await initialise(binary, (fresh) => copyFolder(fresh, data, binary.user))
  if (binary.user) chownSync(folder, binary.user.uid, binary.user.gid)
}

/** Runs initdb in a folder that the server's user can reach, which the cache folder of root is not. */
async function initialise(binary: PostgresBinary, use: (data: string) => void): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'itest-initdb-'))
  try {
    if (binary.user) chownSync(folder, binary.user.uid, binary.user.gid)
    const data = join(folder, 'data')
    await promisify(execFile)(join(binary.bin, 'initdb'), ['-D', data, ...INITDB], {
      cwd: folder,
      env: { PATH: process.env.PATH, LC_ALL: 'C', HOME: folder },
      ...(binary.user ?? {}),
    })
    use(data)
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

async function startServer(
  binary: PostgresBinary,
  folder: string,
  attempt = 1,
): Promise<{ port: number; stop(): Promise<void> }> {
  const port = await findFreePort()
  const settings = Object.entries(SETTINGS).flatMap(([name, value]) => ['-c', `${name}=${value}`])
  try {
    const keeper = await startKeeper({
      folder,
      server: {
        command: join(binary.bin, 'postgres'),
        arguments: ['-D', join(folder, 'data'), '-p', String(port), ...settings],
        user: binary.user,
        readyLine: 'ready to accept connections',
        // Immediate shutdown: nothing in this data directory is worth a checkpoint.
        stopSignal: 'SIGQUIT',
      },
    })
    return { port, stop: keeper.stop }
  } catch (error) {
    // The keeper removes the folder when it ends, so every attempt begins with a fresh copy.
    if (attempt === PORT_ATTEMPTS || !String(error).includes('Address already in use')) throw error
    mkdirSync(folder, { recursive: true })
    await makeDataDirectory(binary, folder)
    return startServer(binary, folder, attempt + 1)
  }
}
