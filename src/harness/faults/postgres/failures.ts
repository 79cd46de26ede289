import { type Effect, type Failure, sqlstateOf } from '../effects.ts'
import type { ArmedFault } from '../rules.ts'
import type { Operation, Statement } from '../statement.ts'

type Wording = (names: { table: string; constraint: string }) => string

const WORDINGS = {
  'disk-full': () => 'could not extend file "base/16384/16397": No space left on device',
  'unique-violation': ({ constraint }) => `duplicate key value violates unique constraint "${constraint}"`,
  'foreign-key-violation': ({ table, constraint }) =>
    `insert or update on table "${table}" violates foreign key constraint "${constraint}"`,
  deadlock: () => 'deadlock detected',
  'serialization-failure': () => 'could not serialize access due to concurrent update',
  'statement-timeout': () => 'canceling statement due to statement timeout',
} satisfies Record<Failure, Wording>

/** The fields of the error that the app gets, as the server would fill them in. */
export function describeFailure(
  { target }: ArmedFault<Effect>,
  effect: Effect & { kind: 'fail' },
  statement: Statement,
): Record<string, string> {
  const { message, detail, constraint, column } = effect.details
  const table = target.table ?? statement.actions[0]?.table ?? null
  const names = { table: table?.name ?? '', constraint: constraint ?? '' }
  const isAboutTable = constraint !== undefined || column !== undefined
  return {
    S: 'ERROR',
    V: 'ERROR',
    C: sqlstateOf(effect),
    M: message ?? WORDINGS[effect.failure](names),
    ...describeDetail(detail ?? describeKey(effect, target.operation, statement)),
    ...(isAboutTable && table !== null ? { s: table.schema ?? 'public', t: table.name } : {}),
    ...(column === undefined ? {} : { c: column }),
    ...(constraint === undefined ? {} : { n: constraint }),
  }
}

function describeDetail(detail: string | null): Record<string, string> {
  return detail === null ? {} : { D: detail }
}

/** `Key (sku)=(b) already exists.`, where the statement tells the values. */
function describeKey(
  { failure, key }: Effect & { kind: 'fail' },
  operation: Operation,
  statement: Statement,
): string | null {
  if (!key) return null
  const action = statement.actions.find((candidate) => candidate.operation === operation)
  const values = key.columns.map((column) => action?.rows[0]?.[column] ?? action?.conditions[column]?.[0])
  if (values.includes(undefined)) return null
  const what = `Key (${key.columns.join(', ')})=(${values.join(', ')})`
  if (failure === 'unique-violation') return `${what} already exists.`
  if (operation === 'delete') return `${what} is still referenced from table "${key.otherTable}".`
  return `${what} is not present in table "${key.otherTable}".`
}

export const TOO_MANY_CLIENTS = {
  S: 'FATAL',
  V: 'FATAL',
  C: '53300',
  M: 'sorry, too many clients already',
}
