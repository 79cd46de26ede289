import { TAKEN_NAMES } from '../harness-api.ts'
import type { Table } from '../scan/types.ts'

/** What the test file calls a table: as its project does, unless that name means something else there. */
export function nameTable({ name, exportName }: Pick<Table, 'name' | 'exportName'>): string {
  return TAKEN_NAMES.has(exportName) ? `${exportName}Table` : exportName || name
}
