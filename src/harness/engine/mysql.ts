import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { MysqlPackage } from '../database/mysql/driver-package.ts'
import type { Engine } from './engine.ts'
import type { MysqlBinary } from './mysql-binary.ts'
import { type InstallStep, type OwnServer, startOwnServer } from './own-server.ts'

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

/** A server on a fresh data directory, on 127.0.0.1 only. */
export async function startMysql(binary: MysqlBinary, driver: MysqlPackage): Promise<Engine> {
  const { product, version, user } = binary
  const { port, folder, stop } = await startOwnServer({
    cacheName: `${product}-${version}-1`,
    // It writes a file for each counter that a reset sets back.
    memory: 1024 ** 3,
    user,
    install: (data) => [chooseInstaller(binary, data)],
    // MySQL knows root as a user of `localhost`, which is not always another name of 127.0.0.1.
    prepare: (home) => writeFileSync(join(home, 'init.sql'), INIT),
    run: (home, onPort) => chooseServer(binary, home, onPort),
  })
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
}

const INIT = `CREATE USER IF NOT EXISTS 'root'@'127.0.0.1';
GRANT ALL PRIVILEGES ON *.* TO 'root'@'127.0.0.1' WITH GRANT OPTION;
`

function chooseInstaller(binary: MysqlBinary, data: string): InstallStep {
  const common = ['--no-defaults', `--datadir=${data}`, ...toOptions(FILES), '--innodb-flush-method=nosync']
  const [command, own] = binary.installer
    ? [binary.installer, ['--auth-root-authentication-method=normal', '--skip-test-db', '--skip-name-resolve']]
    : [binary.server, ['--initialize-insecure']]
  return { command, arguments: [...common, ...own, ...asRoot(binary)] }
}

function chooseServer(binary: MysqlBinary, folder: string, port: number): ReturnType<OwnServer['run']> {
  const data = join(folder, 'data')
  const files = {
    datadir: data,
    tmpdir: folder,
    socket: join(data, 'mysqld.sock'),
    'pid-file': join(data, 'mysqld.pid'),
    'init-file': join(folder, 'init.sql'),
    port: String(port),
  }
  return {
    command: binary.server,
    arguments: ['--no-defaults', ...toOptions({ ...files, ...SETTINGS }), ...asRoot(binary)],
    // MySQL says it once for its own protocol and once for the X protocol, which is off.
    readyLine: 'ready for connections',
    // Every milder signal makes it write its buffers first.
    stopSignal: 'SIGKILL',
  }
}

function toOptions(settings: Readonly<Record<string, string>>): string[] {
  return Object.entries(settings).map(([name, value]) => `--${name}=${value}`)
}

/** Where there is no other user to run it, as in a container that lacks one. */
function asRoot({ user }: MysqlBinary): string[] {
  return user === null && process.getuid?.() === 0 ? ['--user=root'] : []
}
