import { execFileSync } from 'node:child_process'
import { existsSync, readdirSync, realpathSync } from 'node:fs'
import { delimiter, dirname, join } from 'node:path'
import { readSystemUser, type SystemUser } from './system-user.ts'

export type MysqlProduct = 'mysql' | 'mariadb'

export interface MysqlBinary {
  readonly status: 'found'
  readonly product: MysqlProduct
  readonly version: string
  /** Absolute path of `mariadbd` or `mysqld`. */
  readonly server: string
  /** MariaDB's script that makes a data directory; MySQL's server does that itself. */
  readonly installer: string | null
  /** The server runs as root only when told to; then it runs as this user, where there is one. */
  readonly user: SystemUser | null
}

export interface NoMysql {
  readonly status: 'missing'
  readonly reason: string
}

/** Looks for `mariadbd` or `mysqld`: `ITEST_MYSQLBIN`, the PATH, then the places where installers put them. */
export function findMysql(): MysqlBinary | NoMysql {
  const folders = candidates()
  const server = findFile(folders, ['mariadbd', 'mysqld'])
  if (!server) return { status: 'missing', reason: 'no mariadbd or mysqld was found on this machine' }
  const text = readVersion(server)
  const version = text === null ? null : /\d+\.\d+\.\d+/.exec(text)?.[0]
  if (text === null || !version) return { status: 'missing', reason: `${server} --version did not answer` }
  const user = process.getuid?.() === 0 ? readSystemUser('mysql') : null
  if (!/mariadb/i.test(text)) return { status: 'found', product: 'mysql', version, server, installer: null, user }
  const own = [dirname(server), join(dirname(server), '../bin'), join(dirname(server), '../scripts')]
  const installer = findFile([...own, ...folders], ['mariadb-install-db', 'mysql_install_db'])
  if (!installer) return { status: 'missing', reason: `${server} was found, but not its mariadb-install-db` }
  return { status: 'found', product: 'mariadb', version, server, installer, user }
}

function candidates(): string[] {
  const explicit = process.env.ITEST_MYSQLBIN
  if (explicit) return [explicit]
  return [
    ...(process.env.PATH ?? '').split(delimiter).filter((folder) => folder !== ''),
    '/usr/sbin',
    '/usr/libexec',
    '/usr/local/sbin',
    '/usr/local/mysql/bin',
    ...homebrewFolders('/opt/homebrew/opt'),
    ...homebrewFolders('/usr/local/opt'),
  ]
}

/** Newest first. */
function homebrewFolders(folder: string): string[] {
  if (!existsSync(folder)) return []
  const names = readdirSync(folder).filter((name) => /^(?:mysql|mariadb)(?:@[\d.]+)?$/.test(name))
  return names
    .sort()
    .reverse()
    .map((name) => join(folder, name, 'bin'))
}

function findFile(folders: readonly string[], names: readonly string[]): string | null {
  const suffix = process.platform === 'win32' ? '.exe' : ''
  const found = folders.flatMap((folder) => names.map((name) => join(folder, name + suffix))).find(existsSync)
  // Both find their share folder from the real place.
  return found ? realpathSync(found) : null
}

function readVersion(server: string): string | null {
  try {
    return execFileSync(server, ['--version'], { encoding: 'utf8' })
  } catch {
    return null
  }
}
