import type { Column, Table } from '../scan/types.ts'

/** A table by the name that the test file imports, with its columns by the names that rows have in code. */
export function describeTable({ name, exportName, at, columns }: Table): string {
  const head = `\`${exportName || name}\` (${at.file}:${at.line}, table "${name}")`
  return [head, ...columns.map((column) => `- ${describeColumn(column)}`)].join('\n')
}

function describeColumn(column: Column): string {
  const { references, enumValues, defaultValue } = column
  const literal = defaultValue === null ? '' : ` ${JSON.stringify(defaultValue)}`
  const facts = [
    column.type,
    ...(column.primaryKey ? ['primary key'] : []),
    ...(column.notNull && !column.primaryKey ? ['not null'] : []),
    ...(column.unique ? ['unique'] : []),
    ...(column.hasDefault ? [`default${literal}`] : []),
    ...(enumValues ? [`one of ${enumValues.map((value) => JSON.stringify(value)).join(', ')}`] : []),
    ...(references ? [`references ${references.table}.${references.column}`] : []),
  ]
  return `${column.key}: ${facts.join(', ')}`
}
