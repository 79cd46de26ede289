import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { UserError } from '../../../errors.ts'
import { makeDirectSocket } from '../../faults/connect-directly.ts'
import type { ProjectFacts } from '../../project-facts.ts'

/** The project's own mysql2; plain JSON. */
export interface MysqlPackage {
  readonly name: 'mysql2'
  /** Absolute path of its module with promises. */
  readonly entry: string
}

/** What is used of a connection of mysql2/promise. */
export interface MysqlConnection {
  /** The answer and a description of its columns. */
  query(options: MysqlQuery | string, parameters?: readonly unknown[]): Promise<[unknown, unknown]>
  end(): Promise<void>
  on(event: 'error', listener: (error: Error) => void): unknown
}

export interface MysqlQuery {
  readonly sql: string
  readonly rowsAsArray: boolean
  readonly typeCast: (field: MysqlField, next: () => unknown) => unknown
}

interface MysqlField {
  readonly type: string
  string(): string | null
}

/** As seen from the project and, in a monorepo, from where its tables are declared. @throws UserError */
export function findMysqlPackage(root: string, database: ProjectFacts['database']): MysqlPackage {
  const folders = [root, ...database.schemaFiles.map((file) => dirname(join(root, file)))]
  for (const folder of folders) {
    const entry = resolveFrom(folder)
    if (entry) return { name: 'mysql2', entry }
  }
  throw new UserError('Expected the package mysql2, which connects the app to its database, but it is not installed.', {
    hint: 'Run `npm install` in the project; if mysql2 is not among its dependencies, add it.',
  })
}

function resolveFrom(folder: string): string | null {
  try {
    return createRequire(join(folder, 'package.json')).resolve('mysql2/promise')
  } catch {
    return null
  }
}

/** A connection that takes several statements at once, and that the guard of a test file lets through. */
export async function connectMysql({ entry }: MysqlPackage, uri: string): Promise<MysqlConnection> {
  const { createConnection } = createRequire(entry)(entry)
  const { hostname, port } = new URL(uri)
  const stream = makeDirectSocket().connect(Number(port), hostname).setNoDelay(true)
  const connection: MysqlConnection = await createConnection({ uri, stream, multipleStatements: true })
  connection.on('error', () => {})
  return connection
}

/** The first column of each row. */
export async function readColumn(connection: MysqlConnection, sql: string): Promise<string[]> {
  return (await readRows(connection, sql)).map(([first]) => String(first))
}

/** All values as text, but null. */
export async function readRows(connection: MysqlConnection, sql: string): Promise<(string | null)[][]> {
  const [rows] = await connection.query({ sql, rowsAsArray: true, typeCast: (field) => field.string() })
  if (!Array.isArray(rows)) throw new Error(`Expected rows from ${sql}`)
  return rows.map((row: unknown) =>
    Array.isArray(row) ? row.map((value) => (value === null ? null : String(value))) : [],
  )
}

export function quoteName(name: string): string {
  return `\`${name.replaceAll('`', '``')}\``
}
