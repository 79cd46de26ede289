import type { EngineFacts } from '../../run/types.ts'

/** What a kind of database has nothing of. A fault that asks for it is refused in these words, and `itest doctor` says them. */
export const UNSUPPORTED = {
  postgres: {},
  pglite: {
    delay: 'PGlite has one session for all connections, so it can not delay a statement of one of them',
  },
  sqlite: {
    cut: 'SQLite runs inside the app, so there is no connection to break',
    connections: 'SQLite runs inside the app, so no connection to it can be refused or left waiting',
    timeOut: 'SQLite has no timeout that ends a statement',
  },
  mysql: {},
  mariadb: {},
} as const satisfies Record<EngineFacts['kind'], Readonly<Record<string, string>>>

/** An app that runs PGlite has its database within itself, whatever engine stands in for it in tests. */
export const INSIDE_APP = {
  cut: 'PGlite runs inside the app, so there is no connection to break',
  connections: 'PGlite runs inside the app, so no connection to it can be refused or left waiting',
} as const

/** The error that makes a test count as skipped, with its reason. */
export function cannot(reason: string): Error {
  return Object.assign(new Error(reason), { code: 'ITEST_ENGINE_CANNOT' })
}
