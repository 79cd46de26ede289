import type { SqliteConnection, SqliteStatement } from './driver-package.ts'

/** A statement that the app is about to run. */
export interface RunningStatement {
  readonly connection: SqliteConnection
  readonly sql: string
  readonly parameters: readonly unknown[]
}

/** Runs the statement by `proceed`, or throws in its place. */
export type AroundStatement = (statement: RunningStatement, proceed: () => unknown) => unknown

interface DriverClass {
  readonly prototype: object
}

interface Origin {
  readonly connection: SqliteConnection
  readonly sql: string
}

const RUNNING = ['run', 'get', 'all', 'iterate'] as const

/**
 * Calls `around` for each statement that runs on a connection of this package. The prototypes are changed, not wrapped,
 * so the app gets the package's own objects.
 */
export function watchStatements(driver: DriverClass, around: AroundStatement): void {
  const origins = new WeakMap<object, Origin>()
  const watched = new WeakSet<object>()
  // One call of the package may be made of others, e.g. libsql's `all` of `iterate`.
  let depth = 0
  const runOnce: AroundStatement = (statement, proceed) => {
    if (depth > 0) return proceed()
    depth += 1
    try {
      return around(statement, proceed)
    } finally {
      depth -= 1
    }
  }
  replace(driver.prototype, 'prepare', (prepare, connection: SqliteConnection, [sql]) => {
    const statement = prepare()
    if (typeof statement !== 'object' || statement === null) return statement
    origins.set(statement, { connection, sql: String(sql) })
    const prototype: unknown = Object.getPrototypeOf(statement)
    if (typeof prototype !== 'object' || prototype === null || watched.has(prototype)) return statement
    watched.add(prototype)
    for (const name of RUNNING) {
      replace(prototype, name, (run, self: SqliteStatement, parameters) => {
        const origin = origins.get(self) ?? ownOrigin(self)
        return origin ? runOnce({ ...origin, parameters }, run) : run()
      })
    }
    return statement
  })
  replace(driver.prototype, 'exec', (exec, connection: SqliteConnection, [sql]) =>
    runOnce({ connection, sql: String(sql), parameters: [] }, exec),
  )
}

/** better-sqlite3 prepares its own BEGIN and COMMIT past its class; its statements know where they come from. */
function ownOrigin(statement: SqliteStatement): Origin | null {
  const sql: unknown = Reflect.get(statement, 'source')
  const connection: SqliteConnection | undefined = Reflect.get(statement, 'database')
  return typeof sql === 'string' && connection ? { connection, sql } : null
}

function replace<T extends object>(
  prototype: object,
  name: string,
  by: (proceed: () => unknown, self: T, args: readonly unknown[]) => unknown,
): void {
  const original: unknown = Reflect.get(prototype, name)
  if (typeof original !== 'function') return
  const replaced = {
    [name](this: T, ...args: unknown[]) {
      return by(() => Reflect.apply(original, this, args), this, args)
    },
  }
  Object.defineProperty(prototype, name, { value: replaced[name], writable: true, configurable: true })
}
