import type { MysqlProduct } from '../../engine/mysql-binary.ts'
import { type Effect, sqlstateOf } from '../effects.ts'
import type { FaultTarget } from '../rules.ts'
import type { Statement } from '../statement.ts'
import type { MysqlError } from './packets.ts'

type Fail = Effect & { kind: 'fail' }

export interface MysqlFailure extends MysqlError {
  /** Whether the server takes the whole transaction back, as it does for a deadlock, and not just the statement. */
  readonly endsTransaction: boolean
}

/** What messages name beside the table. */
export interface ServerNames {
  readonly product: MysqlProduct
  readonly database: string
}

interface About extends ServerNames {
  readonly table: string
  readonly constraint: string
  readonly column: string
  /** Of the key that is violated. */
  readonly columns: readonly string[]
  /** As the statement has them, as far as it tells. */
  readonly values: readonly unknown[]
  readonly otherTable: string
  readonly otherColumns: readonly string[]
  readonly isDelete: boolean
}

type Wording = (about: About) => Omit<MysqlFailure, 'endsTransaction'> & { endsTransaction?: true }

const DEADLOCK: Wording = () => ({
  errno: 1213,
  sqlstate: '40001',
  message: 'Deadlock found when trying to get lock; try restarting transaction',
  endsTransaction: true,
})

/** What stands in MySQL for what Postgres says by an SQLSTATE; a conflict of two transactions is a deadlock there. */
const WORDINGS: Readonly<Record<string, Wording>> = {
  '22001': ({ column }) => ({
    errno: 1406,
    sqlstate: '22001',
    message: `Data too long for column '${column}' at row 1`,
  }),
  '22003': ({ column }) => ({
    errno: 1264,
    sqlstate: '22003',
    message: `Out of range value for column '${column}' at row 1`,
  }),
  '23502': ({ column }) => ({ errno: 1048, sqlstate: '23000', message: `Column '${column}' cannot be null` }),
  '23503': describeForeignKey,
  '23505': describeDuplicate,
  '23514': describeCheck,
  '40001': DEADLOCK,
  '40P01': DEADLOCK,
  '42P01': ({ database, table }) => ({
    errno: 1146,
    sqlstate: '42S02',
    message: `Table '${database}.${table}' doesn't exist`,
  }),
  '53100': () => ({
    errno: 1021,
    sqlstate: 'HY000',
    message: 'Disk full (/tmp); waiting for someone to free some space... (errno: 28 "No space left on device")',
  }),
  '53300': () => TOO_MANY_CONNECTIONS,
  '55P03': () => ({
    errno: 1205,
    sqlstate: 'HY000',
    message: 'Lock wait timeout exceeded; try restarting transaction',
  }),
  '57014': ({ product }) => TIMEOUTS[product],
  '57P01': () => ({ errno: 1053, sqlstate: '08S01', message: 'Server shutdown in progress' }),
  '58030': () => ({
    errno: 1030,
    sqlstate: 'HY000',
    message: 'Got error 5 "Input/output error" from storage engine InnoDB',
  }),
}

const TIMEOUTS = {
  mysql: {
    errno: 3024,
    sqlstate: 'HY000',
    message: 'Query execution was interrupted, maximum statement execution time exceeded',
  },
  mariadb: { errno: 1969, sqlstate: '70100', message: 'Query execution was interrupted (max_statement_time exceeded)' },
} satisfies Record<MysqlProduct, MysqlError>

export const TOO_MANY_CONNECTIONS: MysqlError = { errno: 1040, sqlstate: '08004', message: 'Too many connections' }

export const INTERRUPTED: MysqlError = { errno: 1317, sqlstate: '70100', message: 'Query execution was interrupted' }

/** null: MySQL has nothing of the kind. */
export function describeFailure(
  effect: Fail,
  { target, statement, names }: { target: FaultTarget; statement: Statement | null; names: ServerNames },
): MysqlFailure | null {
  const wording = WORDINGS[sqlstateOf(effect)]
  if (!wording) return null
  const { constraint = '', column = '', message } = effect.details
  const action = statement?.actions.find(({ operation }) => operation === target.operation)
  const columns = effect.key?.columns ?? []
  const described = wording({
    ...names,
    table: target.table?.name ?? action?.table?.name ?? '',
    constraint,
    column,
    columns,
    values: columns.map((name) => action?.rows[0]?.[name] ?? action?.conditions[name]?.[0] ?? ''),
    otherTable: effect.key?.otherTable ?? '',
    otherColumns: effect.key?.otherColumns ?? [],
    isDelete: target.operation === 'delete',
  })
  return { endsTransaction: false, ...described, ...(message === undefined ? {} : { message }) }
}

/** MySQL names the table beside the key, MariaDB does not. */
function describeDuplicate({ product, table, constraint, values }: About): MysqlError {
  const key = product === 'mysql' ? `${table}.${constraint}` : constraint
  return { errno: 1062, sqlstate: '23000', message: `Duplicate entry '${values.join('-')}' for key '${key}'` }
}

function describeForeignKey(about: About): MysqlError {
  const { database, table, constraint, columns, otherTable, otherColumns, isDelete } = about
  const list = (names: readonly string[]) => names.map((name) => `\`${name}\``).join(', ')
  const [child, parent] = isDelete ? [otherTable, table] : [table, otherTable]
  const [own, foreign] = isDelete ? [otherColumns, columns] : [columns, otherColumns]
  const rule = `FOREIGN KEY (${list(own)}) REFERENCES \`${parent}\` (${list(foreign)})`
  const key = `(\`${database}\`.\`${child}\`, CONSTRAINT \`${constraint}\` ${rule})`
  return isDelete
    ? {
        errno: 1451,
        sqlstate: '23000',
        message: `Cannot delete or update a parent row: a foreign key constraint fails ${key}`,
      }
    : {
        errno: 1452,
        sqlstate: '23000',
        message: `Cannot add or update a child row: a foreign key constraint fails ${key}`,
      }
}

function describeCheck({ product, database, table, constraint }: About): MysqlError {
  return product === 'mysql'
    ? { errno: 3819, sqlstate: 'HY000', message: `Check constraint '${constraint}' is violated.` }
    : {
        errno: 4025,
        sqlstate: '23000',
        message: `CONSTRAINT \`${constraint}\` failed for \`${database}\`.\`${table}\``,
      }
}
