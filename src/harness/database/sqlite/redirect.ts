import { createRequire } from 'node:module'
import { onRequire } from '../../on-require.ts'
import type { SqliteConnection, SqlitePackage } from './driver-package.ts'
import { type AroundStatement, watchStatements } from './watch-statements.ts'

/** Databases that the app opens through its own packages, in this process. */
export interface Redirect {
  /** The file that all of them are, whatever the app asks for; null: each is one of its own, in memory. */
  file: string | null
  /** Those that are open, the last one last. */
  opened: { readonly connection: SqliteConnection; readonly driver: SqlitePackage }[]
  /** All that the app ever opened, to tell them from our own. */
  readonly ofApp: WeakSet<object>
  /** A package that was loaded before, whose importers keep what they have; null as it should be. */
  missed: string | null
  /** Runs in place of each statement of the app. */
  around: AroundStatement
}

export type DriverClass = new (...args: unknown[]) => SqliteConnection

// Setup is loaded by Vite and the drivers by Node, and each may be loaded again: what is installed once lives outside.
const KEY = Symbol.for('itest.sqlite')
const ORIGINAL = Symbol.for('itest.sqlite.original')

const DRIVER_FILES = {
  'better-sqlite3': /[\\/]node_modules[\\/]better-sqlite3[\\/]lib[\\/]index\.js$/,
  libsql: /[\\/]node_modules[\\/]libsql[\\/](?:index|promise)\.js$/,
} satisfies Record<SqlitePackage['name'], RegExp>

/**
 * From here on every database that better-sqlite3 or libsql open in this process is `file`, whether they are asked for
 * another file, for `:memory:`, or for a replica of a remote one. It catches the packages while Node loads them, so every
 * copy of them, by `import` or `require`, from the app or from Drizzle. Where tests get a database of another kind (`null`),
 * a file is left alone: what the app reads only is open to it, what it would write is empty and in memory.
 */
export function redirectSqlite(file: string | null): Redirect {
  const found: Redirect | undefined = Reflect.get(globalThis, KEY)
  const redirect = found ?? {
    file,
    opened: [],
    ofApp: new WeakSet(),
    missed: null,
    around: (_statement, proceed) => proceed(),
  }
  redirect.file = file
  if (!found) install(redirect)
  return redirect
}

/** @throws when the app could open its own file, because its package was there before us */
export function assertCaught({ missed }: Redirect): void {
  if (missed !== null) throw new Error(`Expected to run before ${missed} is loaded, found it loaded already.`)
}

/** The package as it was before it was redirected. */
export function unwrapDriver(driver: DriverClass): DriverClass {
  const original: DriverClass | undefined = Reflect.get(driver, ORIGINAL)
  return original ?? driver
}

function install(redirect: Redirect): void {
  Reflect.set(globalThis, KEY, redirect)
  const loaded = Object.keys(createRequire(import.meta.url).cache)
  redirect.missed = loaded.find((entry) => nameOf(entry) !== null) ?? null
  onRequire((module, file) => replaceExports(redirect, module, file))
}

function replaceExports(redirect: Redirect, module: NodeJS.Module, entry: string): void {
  const name = nameOf(entry)
  if (!name || typeof module.exports !== 'function' || Reflect.has(module.exports, ORIGINAL)) return
  const driver: DriverClass = module.exports
  watchStatements(driver, (statement, proceed) => {
    if (!redirect.ofApp.has(statement.connection)) return proceed()
    refuseAttach(statement.sql)
    return redirect.around(statement, proceed)
  })
  // libsql's other file is the same library with promises, which the side connection has no use for.
  module.exports = redirectDriver(redirect, driver, { name, entry: entry.replace(/promise\.js$/, 'index.js') })
}

function nameOf(entry: string): SqlitePackage['name'] | null {
  if (DRIVER_FILES['better-sqlite3'].test(entry)) return 'better-sqlite3'
  return DRIVER_FILES.libsql.test(entry) ? 'libsql' : null
}

function redirectDriver(redirect: Redirect, driver: DriverClass, from: SqlitePackage): DriverClass {
  const open = (given: readonly unknown[], construct: (args: unknown[]) => SqliteConnection): SqliteConnection => {
    const [asked, options] = given
    if (redirect.file === null && (isReadonly(options) || typeof asked !== 'string')) return construct([...given])
    if (redirect.file === null) warnOfMemory(String(asked), from)
    const connection = construct([redirect.file ?? MEMORY, keepOptions(options)])
    // The data lives for one run.
    if (!isReadonly(options)) connection.exec('PRAGMA synchronous = OFF')
    if (isReplica(options)) Object.defineProperty(connection, 'sync', { value: () => NOTHING_NEW })
    redirect.ofApp.add(connection)
    redirect.opened = [...redirect.opened.filter((one) => one.connection.open), { connection, driver: from }]
    return connection
  }
  const redirected: DriverClass = new Proxy(driver, {
    construct: (_target, given, newTarget) =>
      open(given, (args) => Reflect.construct(driver, args, newTarget === redirected ? driver : newTarget)),
    apply: (_target, _this, given) => open(given, (args) => new driver(...args)),
    get: (target, key, receiver) => (key === ORIGINAL ? target : Reflect.get(target, key, receiver)),
    has: (target, key) => key === ORIGINAL || Reflect.has(target, key),
  })
  Reflect.set(driver.prototype, 'constructor', redirected)
  return redirected
}

const MEMORY = ':memory:'

function warnOfMemory(file: string, { name }: SqlitePackage): void {
  if (file === '' || file === MEMORY) return
  console.warn(`itest: ${file}, which the app opens by ${name}, is empty and in memory: tests get no second database`)
}

// What leads elsewhere, to a remote database or through a key that the test's file is not encrypted with, is dropped.
const KEPT = ['readonly', 'timeout', 'verbose', 'nativeBinding'] as const

function keepOptions(options: unknown): Record<string, unknown> {
  if (typeof options !== 'object' || options === null) return {}
  return Object.fromEntries(
    KEPT.flatMap((name) => {
      const value: unknown = Reflect.get(options, name)
      return value === undefined ? [] : [[name, value]]
    }),
  )
}

/** What a replica says when its primary has no news, and of a primary there is none here. */
const NOTHING_NEW = { frames_synced: 0, frame_no: 0 }

function isReplica(options: unknown): boolean {
  return typeof options === 'object' && options !== null && typeof Reflect.get(options, 'syncUrl') === 'string'
}

function isReadonly(options: unknown): boolean {
  return typeof options === 'object' && options !== null && Reflect.get(options, 'readonly') === true
}

/** A second file would be one of the user's own. */
function refuseAttach(sql: string): void {
  const [, file] = /(?:^|;)\s*ATTACH\s+(?:DATABASE\s+)?('(?:[^']|'')*'|\S+)/i.exec(sql) ?? []
  if (file === undefined || file === "':memory:'" || file === "''") return
  throw Object.assign(new Error(`itest attaches no file of yours to a test's database: ${sql.trim()}`), {
    code: 'ITEST_ENGINE_CANNOT',
  })
}
