import pg from 'pg'
import { type HarnessState, requireDatabase } from '../state.ts'
import { OWN_SCHEMA } from './reset.ts'
import { EXEMPT_SETTING } from './side-connection.ts'
import type { TableLike } from './test-database.ts'

export type WriteOperation = 'insert' | 'update' | 'delete'

export interface FaultOptions {
  /** The code that the database reports; default 53100, disk full. */
  readonly sqlstate?: string
  readonly message?: string
}

// Disk full: the database itself fails, the caller's data is not to blame, and, as with a real full disk, the
// statement fails while the connection lives on. A shutdown (57P01) would close it, which a trigger can't.
const DISK_FULL = {
  sqlstate: '53100',
  message: 'could not extend file "base/16384/16397": No space left on device',
}

/** Makes every such statement on the table fail until the test ends; the test's own `db` is exempt. */
export async function armFault(
  state: HarnessState,
  fault: { table: TableLike; operation: WriteOperation; options: FaultOptions },
): Promise<void> {
  if (!Object.hasOwn(VERBS, fault.operation)) {
    throw new Error(`Expected insert, update or delete, found ${fault.operation}.`)
  }
  const { side } = requireDatabase(state)
  const { label, quoted } = nameOf(fault.table)
  const { sqlstate, message } = { ...DISK_FULL, ...fault.options }
  if (!/^[0-9A-Z]{5}$/.test(sqlstate) || sqlstate.startsWith('00')) {
    throw new Error(`Expected an SQLSTATE of five digits or capitals such as 53100, found ${sqlstate}.`)
  }
  const name = `fault_${state.faults.length + 1}`
  // For each statement, not row: an update that matches no row must fail too, and fires once. A sequence counts,
  // because it is the one thing that the rollback does not take back.
  await side.execute(`
    CREATE SEQUENCE ${OWN_SCHEMA}.${name};
    CREATE FUNCTION ${OWN_SCHEMA}.${name}() RETURNS trigger LANGUAGE plpgsql AS $fault$ BEGIN
      IF current_setting('${EXEMPT_SETTING}', true) = 'on' THEN RETURN NULL; END IF;
      PERFORM nextval('${OWN_SCHEMA}.${name}');
      RAISE EXCEPTION USING ERRCODE = '${sqlstate}', MESSAGE = ${pg.escapeLiteral(message)};
    END $fault$;
    CREATE TRIGGER itest_${name} BEFORE ${fault.operation} ON ${quoted}
      FOR EACH STATEMENT EXECUTE FUNCTION ${OWN_SCHEMA}.${name}();`)
  state.faults.push({ name, what: `${VERBS[fault.operation]} ${label}` })
}

const VERBS = { insert: 'insert into', update: 'update of', delete: 'delete from' } satisfies Record<
  WriteOperation,
  string
>

/** Removes all faults and returns those that nothing hit, e.g. `insert into orders`. */
export async function disarmFaults(state: HarnessState): Promise<string[]> {
  if (state.faults.length === 0) return []
  const { side } = requireDatabase(state)
  const faults = state.faults
  const hits = faults.map(({ name }) => `SELECT is_called FROM ${OWN_SCHEMA}.${name}`).join(' UNION ALL ')
  const rows = await side.query(hits, [], 'array')
  const drops = faults.map(
    ({ name }) => `DROP FUNCTION ${OWN_SCHEMA}.${name} CASCADE; DROP SEQUENCE ${OWN_SCHEMA}.${name};`,
  )
  await side.execute(drops.join(' '))
  state.faults = []
  return faults.flatMap(({ what }, index) => (Object.values(rows[index] ?? []).includes(true) ? [] : [what]))
}

/** Drizzle keeps the names under registered symbols, which are the same in every copy of the package. */
function nameOf(table: TableLike): { label: string; quoted: string } {
  const name: unknown = Reflect.get(table, Symbol.for('drizzle:Name'))
  const schema: unknown = Reflect.get(table, Symbol.for('drizzle:Schema'))
  if (typeof name !== 'string') throw new Error('Expected a Drizzle table, e.g. `faults.failWrites(orders, ...)`.')
  if (typeof schema !== 'string') return { label: name, quoted: pg.escapeIdentifier(name) }
  return { label: `${schema}.${name}`, quoted: `${pg.escapeIdentifier(schema)}.${pg.escapeIdentifier(name)}` }
}
