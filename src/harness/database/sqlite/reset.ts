import type { SqliteConnection } from './driver-package.ts'

const TEMPLATE = 'itest_template'

// Tables of the user, also what a virtual table keeps its rows in, and not the journal of Drizzle's migrator.
const TABLES = (schema: string) => `
  SELECT name, type FROM pragma_table_list
  WHERE schema = '${schema}' AND type IN ('table', 'shadow') AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\'
    AND name <> '__drizzle_migrations'`

/**
 * Gives a connection the way back to the rows of the template. They are deleted and copied, with foreign keys off and
 * triggers gone meanwhile: the app's connections and their prepared statements stay as they are, which a new file would
 * not allow.
 */
export function prepareReset(connection: SqliteConnection, template: string): () => void {
  connection.exec(`ATTACH ${quoteText(template)} AS ${TEMPLATE}`)
  const seeds = seedStatements(connection)
  if (seeds.length === 0) connection.exec(`DETACH ${TEMPLATE}`)
  return () => {
    const foreignKeys = Number(readRows(connection, 'PRAGMA foreign_keys')[0]?.[0])
    // Not IMMEDIATE, which would lock the template as well, and other test files read it.
    connection.exec('PRAGMA foreign_keys = OFF; BEGIN')
    try {
      connection.exec(resetStatements(connection, seeds).join(';\n'))
    } finally {
      if (connection.inTransaction) connection.exec('ROLLBACK')
      connection.exec(`PRAGMA foreign_keys = ${foreignKeys}`)
    }
  }
}

function resetStatements(connection: SqliteConnection, seeds: readonly string[]): string[] {
  const triggers = readRows(connection, "SELECT name, sql FROM main.sqlite_schema WHERE type = 'trigger'")
  const tables = readRows(connection, TABLES('main'))
  if (tables.some(([, type]) => type === 'shadow')) allowShadowWrites(connection)
  return [
    ...triggers.map(([name]) => `DROP TRIGGER main.${quoteName(name)}`),
    ...tables.map(([name]) => `DELETE FROM main.${quoteName(name)}`),
    ...(hasSequences(connection, 'main') ? ['DELETE FROM main.sqlite_sequence'] : []),
    ...seeds,
    ...triggers.map(([, sql]) => String(sql)),
    'COMMIT',
  ]
}

/** Rows that the migrations left behind, and where each AUTOINCREMENT stands. */
function seedStatements(connection: SqliteConnection): string[] {
  const filled = readRows(connection, TABLES(TEMPLATE)).flatMap(([name]) => {
    const table = quoteName(name)
    if (readRows(connection, `SELECT 1 FROM ${TEMPLATE}.${table} LIMIT 1`).length === 0) return []
    const columns = readRows(
      connection,
      `SELECT name FROM pragma_table_xinfo(${quoteText(String(name))}, '${TEMPLATE}') WHERE hidden = 0`,
    ).map(([column]) => quoteName(column))
    return [`INSERT INTO main.${table} (${columns}) SELECT ${columns} FROM ${TEMPLATE}.${table}`]
  })
  if (!hasSequences(connection, TEMPLATE)) return filled
  const sequences = `INSERT INTO main.sqlite_sequence SELECT * FROM ${TEMPLATE}.sqlite_sequence`
  // Copying rows has set them already, though to the highest row, which may have been deleted.
  return [...filled, 'DELETE FROM main.sqlite_sequence', sequences]
}

function hasSequences(connection: SqliteConnection, schema: string): boolean {
  return readRows(connection, `SELECT 1 FROM ${schema}.sqlite_schema WHERE name = 'sqlite_sequence'`).length > 0
}

/** better-sqlite3 guards the tables behind a full-text index; libsql does not, and lacks the switch. */
function allowShadowWrites(connection: SqliteConnection): void {
  try {
    connection.unsafeMode(true)
  } catch (error) {
    if (!String(error).includes('not implemented')) throw error
  }
}

function readRows(connection: SqliteConnection, sql: string): unknown[][] {
  const rows: unknown[] = connection.prepare(sql).raw(true).all([])
  return rows.flatMap((row) => (Array.isArray(row) ? [row] : []))
}

function quoteName(name: unknown): string {
  return `"${String(name).replaceAll('"', '""')}"`
}

function quoteText(text: string): string {
  return `'${text.replaceAll("'", "''")}'`
}
