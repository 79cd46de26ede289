import path from 'node:path'
import type { Machine } from './interpret/machine.ts'
import { loadModule } from './interpret/modules.ts'
import { loadWaitingTables } from './models/drizzle/waiting-tables.ts'
import { isAside, isTool } from './project/entries.ts'
import type { ProjectFiles } from './project/project.ts'

/**
 * Imports are lazy, so the files that make the database and its tables might never be needed. They come first, and those
 * that a connection is made with before the rest: of tables that share a name, those of the app have it.
 */
export function loadDatabaseFiles(machine: Machine, files: ProjectFiles): void {
  const sources = files.sources.filter(
    (file) => !isAside(files, file) && !isTool(files, file) && !/seed/.test(path.basename(file)),
  )
  const textOf = (file: string): string => files.disk.read(file) ?? ''
  const making = sources.filter((file) => DATABASE.test(textOf(file)))
  for (const file of making) loadModule(machine, file)
  if (machine.databases.length === 0) loadCallers(machine, files, { making, sources })
  const tables = sources.filter((file) => TABLE.test(textOf(file)))
  machine.waitingTables.push(...tables)
  if (!machine.wanted || !areNamedApart(tables.map(textOf))) loadWaitingTables(machine)
}

const DATABASE = /\bdrizzle\s*[(<]/
const TABLE = /\b(?:pg|sqlite|mysql)(?:Table(?:Creator)?|Schema)\b|\b(?:snake|camel)Case\.table\b/

/**
 * Each table is called by a name that stands there and is no other's, and is exported where it is made: which file is
 * loaded first makes no difference, nor whether the others are.
 */
function areNamedApart(texts: readonly string[]): boolean {
  if (texts.some((text) => PASSES_ON.test(text))) return false
  const names = texts.flatMap((text) => [...text.matchAll(NAMED)].map(([, name = '']) => name))
  const mentions = texts.flatMap((text) => [...text.matchAll(MENTION)])
  return mentions.length === names.length && new Set(names).size === names.length
}

/** All but `import { pgTable, text }`. */
const MENTION = /\b(?:(?:pg|sqlite|mysql)(?:Table(?:Creator)?|Schema)|(?:snake|camel)Case\.table)\b(?!\s*[,}])/g
const PASSES_ON = /\bexport\s*(?:\*|\{[^}]*\}\s*from\b)|\bmodule\.exports\b/
const NAMED = /\b(?:pg|sqlite|mysql)Table\s*\(\s*['"`]([^'"`$]+)['"`]/g

/** `export const db = createConnection()`: the files that import what makes a connection, until one of them has it made. */
function loadCallers(
  machine: Machine,
  files: ProjectFiles,
  { making, sources }: { making: readonly string[]; sources: readonly string[] },
): void {
  const names = making
    .map((file) => path.parse(file))
    .map(({ name, dir }) => (name === 'index' ? path.basename(dir) : name))
  for (const file of sources) {
    if (machine.databases.length > 0) return
    const specifiers = [...(files.disk.read(file) ?? '').matchAll(IMPORT)].map(([, specifier = '']) => specifier)
    const likely = specifiers.filter((specifier) => names.some((name) => specifier.includes(name)))
    if (likely.some((specifier) => making.includes(files.resolve(specifier, file)?.file ?? '')))
      loadModule(machine, file)
  }
}

const IMPORT = /\b(?:from|import|require)\s*\(?\s*['"]([^'"\n]+)['"]/g
