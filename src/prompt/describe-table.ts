import type { Plan } from '../plan/types.ts'
import type { Column, Dossier, Table } from '../scan/types.ts'
import type { TableNames } from './describe-path.ts'
import { cuttable, type Part } from './fit-budget.ts'

/** Each table of the route. Those that no path names and that the route only reads, or only refers to, may be cut. */
export function describeTables({ tables, scenarios }: Dossier, plan: Plan, names: TableNames): Part[] {
  const events = scenarios.flatMap((scenario) => scenario.events)
  const written = events.flatMap((event) => (event.kind === 'db' && event.operation !== 'select' ? event.table : []))
  const needed = new Set([...written, ...plan.paths.flatMap(tablesOf)])
  return tables.map((table) => {
    const text = describeTable(table, names)
    if (needed.has(table.name)) return { text, cut: null }
    const what = `table ${names.get(table.name) ?? table.name}, ${table.at.file}:${table.at.line}`
    return cuttable(text, { what, turn: { kind: 'idle table', distance: 0 } })
  })
}

function tablesOf(path: Plan['paths'][number]): string[] {
  if (path.status !== 'planned') return []
  const { seeds, fault } = path.given
  return [
    ...seeds.map(({ table }) => table),
    ...(fault ? [fault.table] : []),
    ...path.expects.flatMap((each) => ('table' in each ? [each.table] : [])),
  ]
}

/** A table by the name that the test file imports, with its columns by the names that rows have in code. */
function describeTable(table: Table, names: TableNames): string {
  const { name, at, columns } = table
  const head = `\`${names.get(name) ?? name}\` (${at.file}:${at.line}, table "${name}")`
  const facts = [...columns.map(describeColumn), ...describeConstraints(table)]
  return [head, ...facts.map((fact) => `- ${fact}`)].join('\n')
}

/** What no single column says. */
function describeConstraints({ primaryKey, uniques, foreignKeys, checks }: Table): string[] {
  return [
    ...(primaryKey.length > 1 ? [`primary key (${primaryKey.join(', ')})`] : []),
    ...uniques.filter(({ columns, partial }) => columns.length !== 1 || partial).map(describeUnique),
    ...foreignKeys
      .filter(({ columns }) => columns.length > 1)
      .map(
        ({ columns, table, foreignColumns }) =>
          `(${columns.join(', ')}) references ${table} (${foreignColumns.join(', ')})`,
      ),
    ...checks.map(({ name, sql }) => `check "${name}": ${sql ?? 'not known'}`),
  ]
}

function describeUnique({ columns, expressions, partial, where }: Table['uniques'][number]): string {
  const condition = partial ? ` where ${where ?? 'a condition that is not known'}` : ''
  return `unique (${[...columns, ...expressions].join(', ')})${condition}`
}

function describeColumn(column: Column): string {
  const { references, enumValues, defaultValue } = column
  const literal = defaultValue === null ? '' : ` ${JSON.stringify(defaultValue)}`
  const facts = [
    // A mode says what a column is in code, e.g. a date that is stored as a number.
    column.mode === null ? column.type : `${column.type} in mode ${column.mode}`,
    ...(column.primaryKey ? ['primary key'] : []),
    ...(column.notNull && !column.primaryKey ? ['not null'] : []),
    ...(column.unique && !column.primaryKey ? ['unique'] : []),
    ...(column.generated ? ['computed by the database'] : []),
    ...(column.hasDefault ? [`default${literal}`] : []),
    ...(enumValues ? [`one of ${enumValues.map((value) => JSON.stringify(value)).join(', ')}`] : []),
    ...(references ? [`references ${references.table}.${references.column}`] : []),
  ]
  return `${column.key}: ${facts.join(', ')}`
}
