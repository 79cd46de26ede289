import { join } from 'node:path'
import type { Engine } from './engine.ts'
import { startOwnServer } from './own-server.ts'
import type { PostgresBinary } from './postgres-binary.ts'

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

// A third of all files, which every start would copy, and nobody makes a database of it.
const DROP_SPARE = `UPDATE pg_database SET datistemplate = false WHERE datname = 'template0'
DROP DATABASE template0
`

/** A server on a fresh data directory, on 127.0.0.1 only. `more` settings come after its own. */
export async function startPostgres(
  binary: PostgresBinary,
  more: Readonly<Record<string, string>> = {},
): Promise<Engine> {
  const { bin, version, user, place } = binary
  const settings = Object.entries({ ...SETTINGS, ...more }).flatMap(([name, value]) => ['-c', `${name}=${value}`])
  const { port, folder, stop } = await startOwnServer({
    cacheName: `postgres-${version}-2`,
    // Each test file has a database of some 8 MB. On disk ext4 makes hundreds of new files wait for those just removed.
    memory: 8 * 1024 ** 3,
    user,
    install: (data) => [
      { command: join(bin, 'initdb'), arguments: ['-D', data, ...INITDB] },
      { command: join(bin, 'postgres'), arguments: ['--single', '-D', data, 'postgres'], input: DROP_SPARE },
    ],
    run: (home, onPort) => ({
      command: join(bin, 'postgres'),
      arguments: ['-D', join(home, 'data'), '-p', String(onPort), ...settings],
      readyLine: 'ready to accept connections',
      // Immediate shutdown: nothing in this data directory is worth a checkpoint.
      stopSignal: 'SIGQUIT',
    }),
  })
  return {
    kind: 'postgres',
    facts: { kind: 'postgres', version, limits: [], place },
    url: `postgres://postgres:postgres@127.0.0.1:${port}`,
    emptySnapshot: null,
    driver: null,
    existing: null,
    folder,
    stop,
  }
}
