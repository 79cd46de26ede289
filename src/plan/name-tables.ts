import { TAKEN_NAMES } from '../harness-api.ts'
import type { Table } from '../scan/types.ts'
import { camel } from './camel.ts'

/**
 * What a test file calls each table that it can import, by the table's name in the database: as its project does, unless
 * that name means something else there. A default export has none and is called as the table is.
 */
export function nameTables(tables: readonly Table[]): ReadonlyMap<string, string> {
  const exported = tables.filter(({ exportName }) => exportName !== '')
  const taken = new Set([...TAKEN_NAMES, ...exported.map(({ exportName }) => exportName)])
  return new Map(
    exported.map(({ name, exportName }) => {
      if (exportName !== 'default') return [name, TAKEN_NAMES.has(exportName) ? `${exportName}Table` : exportName]
      const own = camel(name)
      const local = taken.has(own) ? `${own}Table` : own
      taken.add(local)
      return [name, local]
    }),
  )
}
