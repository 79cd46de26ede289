import { execFile } from 'node:child_process'
import { chownSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { cached } from '../../cache-folder.ts'
import type { MysqlPackage } from '../database/mysql/driver-package.ts'
import { copyFolder } from './copy-folder.ts'
import type { Engine } from './engine.ts'
import { makeEngineFolder, startKeeper } from './engine-folder.ts'
import { findFreePort } from './free-port.ts'
import type { MysqlBinary } from './mysql-binary.ts'

const PORT_ATTEMPTS = 3

// The data directory keeps these, so they are the same for making one and for running on it.
const FILES = {
  'innodb-log-file-size': '4M',
  'innodb-data-file-path': 'ibdata1:2M:autoextend',
  'innodb-autoextend-increment': '1',
}

// The data lives for one run, so durability is switched off. `loose-`: MariaDB has it, MySQL has not, or the reverse.
const SETTINGS = {
  ...FILES,
  'innodb-flush-log-at-trx-commit': '0',
  'innodb-flush-method': 'nosync',
  'innodb-doublewrite': '0',
  'loose-debug-no-sync': '1',
  // All tables in one file: making and dropping one is twenty times faster.
  'innodb-file-per-table': '0',
  'innodb-stats-persistent': '0',
  'innodb-buffer-pool-size': '32M',
  'innodb-buffer-pool-load-at-startup': '0',
  'skip-log-bin': '1',
  'performance-schema': '0',
  'loose-mysqlx': '0',
  'table-definition-cache': '4000',
  'max-connections': '200',
  'default-time-zone': '+00:00',
  'character-set-server': 'utf8mb4',
  'bind-address': '127.0.0.1',
}

/** Copies the cached data directory into a temporary folder and starts a server there, on 127.0.0.1 only. */
export async function startMysql(binary: MysqlBinary, driver: MysqlPackage): Promise<Engine> {
  const { product, version } = binary
  const folder = makeEngineFolder()
  try {
    await makeDataDirectory(binary, folder)
    const { port, stop } = await startServer(binary, folder)
    return {
      kind: product,
      facts: { kind: product, version, limits: [] },
      url: `mysql://root@127.0.0.1:${port}`,
      emptySnapshot: null,
      driver,
      existing: null,
      folder,
      stop,
    }
  } catch (error) {
    rmSync(folder, { recursive: true, force: true })
    throw error
  }
}

async function makeDataDirectory(binary: MysqlBinary, folder: string): Promise<void> {
  const data = join(folder, 'data')
  const source = await cached(`${binary.product}-${binary.version}-1`, (target) =>
    initialise(binary, (fresh) => copyFolder(fresh, target, null)),
  )
  if (source) copyFolder(source, data, binary.user)
  else await initialise(binary, (fresh) => copyFolder(fresh, data, binary.user))
  // MySQL knows root as a user of `localhost`, which is not always another name of 127.0.0.1.
  writeFileSync(join(folder, 'init.sql'), INIT)
  if (binary.user) chownSync(folder, binary.user.uid, binary.user.gid)
}

const INIT = `CREATE USER IF NOT EXISTS 'root'@'127.0.0.1';
GRANT ALL PRIVILEGES ON *.* TO 'root'@'127.0.0.1' WITH GRANT OPTION;
`

/** In a folder that the server's user can reach, which the cache folder of root is not. */
async function initialise(binary: MysqlBinary, use: (data: string) => void): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'itest-initdb-'))
  const data = join(folder, 'data')
  const common = ['--no-defaults', `--datadir=${data}`, ...toOptions(FILES), '--innodb-flush-method=nosync']
  const [command, own] = binary.installer
    ? [binary.installer, ['--auth-root-authentication-method=normal', '--skip-test-db', '--skip-name-resolve']]
    : [binary.server, ['--initialize-insecure']]
  try {
    mkdirSync(data, { mode: 0o700 })
    for (const path of binary.user ? [folder, data] : []) chownSync(path, binary.user?.uid ?? 0, binary.user?.gid ?? 0)
    await promisify(execFile)(command, [...common, ...own, ...asRoot(binary)], {
      cwd: folder,
      env: { PATH: process.env.PATH, LC_ALL: 'C', HOME: folder },
      ...(binary.user ?? {}),
    })
    use(data)
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

function toOptions(settings: Readonly<Record<string, string>>): string[] {
  return Object.entries(settings).map(([name, value]) => `--${name}=${value}`)
}

/** Where there is no other user to run it, as in a container that lacks one. */
function asRoot({ user }: MysqlBinary): string[] {
  return user === null && process.getuid?.() === 0 ? ['--user=root'] : []
}

async function startServer(
  binary: MysqlBinary,
  folder: string,
  attempt = 1,
): Promise<{ port: number; stop(): Promise<void> }> {
  const port = await findFreePort()
  const data = join(folder, 'data')
  const files = {
    datadir: data,
    tmpdir: folder,
    socket: join(data, 'mysqld.sock'),
    'pid-file': join(data, 'mysqld.pid'),
    'init-file': join(folder, 'init.sql'),
    port: String(port),
  }
  try {
    const keeper = await startKeeper({
      folder,
      server: {
        command: binary.server,
        arguments: ['--no-defaults', ...toOptions({ ...files, ...SETTINGS }), ...asRoot(binary)],
        user: binary.user,
        // MySQL says it once for its own protocol and once for the X protocol, which is off.
        readyLine: 'ready for connections',
        // Every milder signal makes it write its buffers first.
        stopSignal: 'SIGKILL',
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
