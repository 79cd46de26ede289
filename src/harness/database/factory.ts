import type { DrizzleColumn, DrizzleConfig } from '../../scan/confirm-tables/open-drizzle.ts'
import { guessForColumn } from './guess-column.ts'
import type { InsertRow, Values } from './insert-row.ts'
import type { NewRowOf, RowOf, TableLike, TestDatabase } from './test-database.ts'

export interface Factory {
  /**
   * Inserts a row and returns it. What `values` leaves out and the table demands is filled in: the same values in every
   * run, other ones for each further row of the test, and for a required foreign key a parent of its own.
   */
  create<Table extends TableLike>(table: Table, values?: Partial<NewRowOf<Table>>): Promise<RowOf<Table>>
}

export interface FactoryNeeds {
  readonly db: TestDatabase
  /** Drizzle's own reader of tables. */
  readonly configOf: (table: TableLike) => DrizzleConfig
  readonly insert: InsertRow
  /** How many rows of a table, by its name, this test has made. */
  readonly made: () => Map<string, number>
}

export interface RowMaker {
  create(table: TableLike, values?: Values): Promise<Values>
}

/** A `Factory` before Drizzle's types, which are those of the table that is passed. */
export function createRowMaker(needs: FactoryNeeds): RowMaker {
  return { create: (table, values = {}) => createRow(needs, { table, values, below: [] }) }
}

interface Order {
  readonly table: TableLike
  readonly values: Values
  /** The tables whose rows need this one. */
  readonly below: readonly string[]
}

async function createRow(needs: FactoryNeeds, order: Order): Promise<Values> {
  assertTable(order.table)
  const config = needs.configOf(order.table)
  if (order.below.includes(config.name)) {
    const circle = [...order.below, config.name].join(' -> ')
    throw new Error(`Each row of these tables needs one of the next: ${circle}. Pass the foreign key of one of them.`)
  }
  const parents = await createParents(needs, config, order)
  const made = needs.made()
  const variant = made.get(config.name) ?? 0
  made.set(config.name, variant + 1)
  const filled = fillColumns(config, order.table, { given: { ...order.values, ...parents }, variant })
  const row = await needs.insert(needs.db, {
    table: order.table,
    config,
    columns: columnsOf(order.table),
    values: filled,
  })
  if (row === undefined) throw new Error(`The insert into ${config.name} gave no row back.`)
  return row
}

/** A row in each table that the row must point at and does not yet. */
async function createParents(
  needs: FactoryNeeds,
  config: DrizzleConfig,
  { table, values, below }: Order,
): Promise<Record<string, unknown>> {
  const parents: Record<string, unknown> = {}
  for (const foreignKey of config.foreignKeys) {
    const { columns, foreignTable, foreignColumns } = foreignKey.reference()
    const isNeeded = columns.every(
      (column) => column.notNull && !column.hasDefault && !(keyOf(table, column) in { ...values, ...parents }),
    )
    if (!isNeeded) continue
    const parent = await createRow(needs, { table: foreignTable, values: {}, below: [...below, config.name] })
    columns.forEach((column, index) => {
      const target = foreignColumns[index]
      if (target) parents[keyOf(table, column)] = parent[keyOf(foreignTable, target)]
    })
  }
  return parents
}

function fillColumns(
  config: DrizzleConfig,
  table: TableLike,
  { given, variant }: { given: Values; variant: number },
): Values {
  const single = new Set(
    [...config.uniqueConstraints, ...config.primaryKeys].flatMap(({ columns }) => columns.map(({ name }) => name)),
  )
  const filled: Record<string, unknown> = { ...given }
  for (const [key, column] of Object.entries(columnsOf(table))) {
    if (key in given || !isDemanded(column)) continue
    const isSingle = column.primary || column.isUnique || single.has(column.name)
    filled[key] = guessForColumn(column, nameFor(column, key, config), isSingle ? variant : 0)
  }
  return filled
}

/** Random keys would differ from run to run, so they are made here; a sequence starts anew with each test. */
function isDemanded(column: DrizzleColumn): boolean {
  if (column.generated || column.generatedIdentity) return false
  const isRandom = column.primary && column.hasDefault && /^string/.test(column.dataType)
  return isRandom || (column.notNull && !column.hasDefault)
}

/** The id of a user is `users-1` or an uuid of its own, not that of every table. */
function nameFor({ primary }: DrizzleColumn, key: string, { name }: DrizzleConfig): string {
  return primary && /^id$/i.test(key) ? `${name}Id` : key
}

function keyOf(table: TableLike, wanted: DrizzleColumn): string {
  const found = Object.entries(columnsOf(table)).find(([, { name }]) => name === wanted.name)
  return found?.[0] ?? wanted.name
}

/** Drizzle keeps the columns under a registered symbol, which is the same in every copy of the package. */
function columnsOf(table: TableLike): Readonly<Record<string, DrizzleColumn>> {
  return Reflect.get(table, COLUMNS)
}

function assertTable(table: unknown): void {
  if (typeof table === 'object' && table !== null && COLUMNS in table) return
  throw new Error('Expected a Drizzle table, e.g. `factory.create(orders)`.')
}

const COLUMNS = Symbol.for('drizzle:Columns')
