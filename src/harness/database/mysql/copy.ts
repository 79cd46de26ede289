import { type MysqlConnection, quoteName, readRows } from './driver-package.ts'

/** How a copy of the template is made, and brought back to its first state; plain JSON. */
export interface MysqlCopy {
  /** For an empty database, with foreign keys off. Views may need others of them and come last. */
  readonly create: readonly string[]
  readonly views: readonly string[]
  readonly triggers: readonly { readonly name: string; readonly create: string }[]
  /** What a test may have written to: not the journal of Drizzle's migrator. */
  readonly tables: readonly string[]
  /** Each fills a table that the migrations wrote to from the template; the journal is no such table. */
  readonly seeds: readonly string[]
  readonly journal: readonly string[]
}

/** The last table of a template: without it, the template was never finished. */
export const READY_MARK = '__itest_ready'
const JOURNAL = '__drizzle_migrations'

/** Reads the template once per run, so that each test file has statements to run and nothing to ask. */
export async function describeCopy(connection: MysqlConnection, database: string): Promise<MysqlCopy> {
  await connection.query(`USE ${database}`)
  const list = (await readRows(connection, 'SHOW FULL TABLES')).filter(([name]) => name !== READY_MARK)
  const all = list.flatMap(([name, type]) => (name && type === 'BASE TABLE' ? [name] : []))
  const views = list.flatMap(([name, type]) => (name && type === 'VIEW' ? [name] : []))
  const show = (what: string, names: readonly string[]) => showCreate(connection, what, { database, names })
  const routines = await readRows(
    connection,
    `SELECT routine_type, routine_name FROM information_schema.routines WHERE routine_schema = '${database}'`,
  )
  const triggers = (await readRows(connection, 'SHOW TRIGGERS')).flatMap(([name]) => (name ? [name] : []))
  const triggerTexts = await show('TRIGGER', triggers)
  const fill = (names: readonly string[]) => fillStatements(connection, { database, names })
  const ofKind = (kind: string) => routines.flatMap(([type, name]) => (type === kind && name ? [name] : []))
  return {
    create: [
      ...(await show('TABLE', all)),
      ...(await show('FUNCTION', ofKind('FUNCTION'))),
      ...(await show('PROCEDURE', ofKind('PROCEDURE'))),
    ],
    views: await show('VIEW', views),
    triggers: triggers.map((name, index) => ({ name, create: triggerTexts[index] ?? '' })),
    tables: all.filter((name) => name !== JOURNAL),
    seeds: await fill(all.filter((name) => name !== JOURNAL)),
    journal: await fill(all.filter((name) => name === JOURNAL)),
  }
}

// Where the text stands in the answer of SHOW CREATE.
const PLACES: Readonly<Record<string, number>> = { TABLE: 1, VIEW: 1, TRIGGER: 2, FUNCTION: 2, PROCEDURE: 2 }

async function showCreate(
  connection: MysqlConnection,
  what: string,
  { database, names }: { database: string; names: readonly string[] },
): Promise<string[]> {
  const texts: string[] = []
  for (const name of names) {
    const [row] = await readRows(connection, `SHOW CREATE ${what} ${quoteName(name)}`)
    // A view names the database of each of its tables.
    texts.push((row?.[PLACES[what] ?? 1] ?? '').replaceAll(`${quoteName(database)}.`, ''))
  }
  return texts
}

/** One statement for each table that has rows; what the database computes is left to it. */
async function fillStatements(
  connection: MysqlConnection,
  { database, names }: { database: string; names: readonly string[] },
): Promise<string[]> {
  const statements: string[] = []
  for (const name of names) {
    const table = quoteName(name)
    if ((await readRows(connection, `SELECT 1 FROM ${table} LIMIT 1`)).length === 0) continue
    const described = await readRows(connection, `SHOW COLUMNS FROM ${table}`)
    const columns = described.flatMap(([column, , , , , extra]) =>
      column && !/\bGENERATED\b/.test((extra ?? '').replace('DEFAULT_GENERATED', '')) ? [quoteName(column)] : [],
    )
    statements.push(`INSERT INTO ${table} (${columns}) SELECT ${columns} FROM ${database}.${table}`)
  }
  return statements
}

/** Makes the copy in the database that the connection uses. */
export async function createCopy(connection: MysqlConnection, copy: MysqlCopy): Promise<void> {
  // A row with the key 0 stays one.
  await connection.query("SET foreign_key_checks = 0, sql_mode = CONCAT(@@sql_mode, ',NO_AUTO_VALUE_ON_ZERO')")
  for (const statement of copy.create) await connection.query(statement)
  for (const statement of [...copy.seeds, ...copy.journal]) await connection.query(statement)
  await createViews(connection, copy.views)
  for (const { create } of copy.triggers) await connection.query(create)
  await connection.query('SET foreign_key_checks = 1, sql_mode = DEFAULT')
}

/** A view of a view waits until the other is there. */
async function createViews(connection: MysqlConnection, views: readonly string[]): Promise<void> {
  let left = views
  while (left.length > 0) {
    const failed: { view: string; error: unknown }[] = []
    for (const view of left) {
      await connection.query(view).catch((error: unknown) => failed.push({ view, error }))
    }
    if (failed.length === left.length) throw failed[0]?.error
    left = failed.map(({ view }) => view)
  }
}
