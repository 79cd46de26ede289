import path from 'node:path'
import type { Disk } from '../project/disk.ts'
import type { ProjectFiles } from '../project/project.ts'
import type { DatabaseFacts, Dialect } from '../types.ts'

const CONFIG_FOLDERS = ['', 'src', 'config', 'drizzle', 'db']
/** `drizzle.config.ts`, `drizzle-analytics.config.ts`, `analytics.drizzle.config.js`. */
const CONFIG = /^(?:[\w-]+\.)?drizzle(?:[.-][\w-]+)*\.config\.(?:ts|mts|js|mjs|json)$/
/** What drizzle-kit takes when it is not told which. */
const MAIN = /^drizzle\.config\.\w+$/
const USUAL_FOLDERS = [
  'drizzle',
  'migrations',
  'drizzle/migrations',
  'db/migrations',
  'src/db/migrations',
  'src/drizzle/migrations',
  'src/drizzle',
  'src/migrations',
  'src/db/drizzle',
  'src/database/migrations',
  'server/db/migrations',
]

/**
 * The folder of SQL that the project's Drizzle config names, else a usual one; and those of its other configs, as far as
 * they make tables that none before them makes: a config for another stage makes the same ones.
 */
export function findMigrations(files: ProjectFiles): Pick<DatabaseFacts, 'migrations' | 'furtherMigrations'> {
  const { root, disk } = files
  const holds = (folder: string): boolean => listSql(disk, path.join(root, folder)).length > 0
  const configs = listConfigs(files)
  const named = configs.flatMap(({ isMain, out }) => (isMain ? [out] : []))
  const others = configs.flatMap(({ isMain, out }) => (isMain ? [] : [out]))
  const main = [...named, ...USUAL_FOLDERS, ...others].find(holds)
  if (main === undefined) return { migrations: null, furtherMigrations: [] }
  const made = tablesOf(disk, path.join(root, main))
  const further: string[] = []
  for (const folder of new Set([...named, ...others])) {
    const own = tablesOf(disk, path.join(root, folder))
    if (own.size === 0 || [...own].some((table) => made.has(table))) continue
    further.push(folder)
    for (const table of own) made.add(table)
  }
  return { migrations: main, furtherMigrations: further }
}

/**
 * Whether migrations of the dialect have a name in them, in whatever statement: what has none there is made by none of
 * them. Null: there are none of the dialect, as when a project keeps those of the database that it had before.
 */
export function searchMigrations(
  { root, disk }: ProjectFiles,
  folders: readonly string[],
  dialect: Dialect,
): ((name: string) => boolean) | null {
  const own = folders
    .map((folder) => path.join(root, folder))
    .filter((folder) => {
      const journal = disk.read(path.join(folder, 'meta', '_journal.json'))
      const kit = journal?.match(/"dialect"\s*:\s*"(\w+)"/)?.[1] ?? ''
      return (DIALECTS[kit] ?? dialect) === dialect
    })
  if (own.length === 0) return null
  const texts = own.flatMap((folder) => listAllSql(disk, folder)).map((file) => disk.read(file) ?? '')
  const words = new Set(texts.flatMap((text) => text.toLowerCase().match(/[\p{L}\p{N}_$-]+/gu) ?? []))
  return (name) => words.has(name.toLowerCase())
}

/** As drizzle-kit calls them. */
const DIALECTS: Readonly<Record<string, Dialect>> = {
  postgresql: 'postgres',
  pg: 'postgres',
  sqlite: 'sqlite',
  turso: 'sqlite',
  mysql: 'mysql',
}

function listAllSql(disk: Disk, folder: string): string[] {
  return [...disk.list(folder)].flatMap(([name, kind]) => {
    const inner = path.join(folder, name)
    if (kind === 'folder') return listAllSql(disk, inner)
    return name.endsWith('.sql') ? [inner] : []
  })
}

/** Where the configs say that their migrations are; `isMain`: the one that drizzle-kit takes without being told. */
function listConfigs({ root, disk }: ProjectFiles): { isMain: boolean; out: string }[] {
  const names = CONFIG_FOLDERS.flatMap((folder) =>
    [...disk.list(path.join(root, folder)).keys()].filter((name) => CONFIG.test(name)).map((name) => [folder, name]),
  )
  return names.flatMap(([folder = '', name = '']) => {
    const text = disk.read(path.join(root, folder, name))
    const out = text?.match(/\bout["']?\s*:\s*["'`]([^"'`]+)["'`]/)?.[1]
    return out ? [{ isMain: MAIN.test(name), out: out.replace(/^\.\//, '').replace(/\/$/, '') }] : []
  })
}

function listSql(disk: Disk, folder: string): string[] {
  return [...disk.list(folder).keys()].filter((file) => file.endsWith('.sql'))
}

function tablesOf(disk: Disk, folder: string): Set<string> {
  const texts = listSql(disk, folder).map((file) => disk.read(path.join(folder, file)) ?? '')
  const found = texts.flatMap((text) => [...text.matchAll(/\bcreate\s+table\s+(?:if\s+not\s+exists\s+)?([\w."`]+)/gi)])
  return new Set(found.map(([, name = '']) => name.replaceAll(/["`]/g, '').toLowerCase()))
}
