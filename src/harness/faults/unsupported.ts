import type { Ability, EngineFacts } from '../../run/types.ts'

/** What a kind of database lacks. A test that needs it is skipped with these words, and `itest doctor` says them. */
export const UNSUPPORTED = {
  postgres: {},
  pglite: {
    'second-connection':
      'PGlite has one session for all connections, so a query beside an open transaction waits until that ends',
    delay: 'PGlite has one session for all connections, so it can not delay a statement of one of them',
  },
  sqlite: {
    cut: 'SQLite runs inside the app, so there is no connection to break',
    connections: 'SQLite runs inside the app, so no connection to it can be refused or left waiting',
    timeOut: 'SQLite has no timeout that ends a statement',
  },
  mysql: {},
  mariadb: {},
} as const satisfies Record<EngineFacts['kind'], Readonly<Partial<Record<Ability, string>>>>

/** Why an engine can't do what a test needs; null when it can. */
export function findLack(kind: EngineFacts['kind'], needs: readonly Ability[]): string | null {
  const lacking: Readonly<Partial<Record<Ability, string>>> = UNSUPPORTED[kind]
  return needs.map((need) => lacking[need]).find((reason) => reason !== undefined) ?? null
}

/** An app that runs PGlite has its database within itself, whatever engine stands in for it in tests. */
export const INSIDE_APP = {
  cut: 'PGlite runs inside the app, so there is no connection to break',
  connections: 'PGlite runs inside the app, so no connection to it can be refused or left waiting',
} as const

/** The error that makes a test count as skipped, with its reason. */
export function cannot(reason: string): Error {
  return Object.assign(new Error(reason), { code: 'ITEST_ENGINE_CANNOT' })
}
