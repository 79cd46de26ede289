import { type ConstraintKey, type Effect, sqlstateOf } from '../effects.ts'
import type { TableName } from '../statement.ts'

/** An error as SQLite's own library words it. */
export interface SqliteFailure {
  readonly code: string
  /** The number that `code` stands for, which libsql hands on as well. */
  readonly rawCode: number
  readonly message: string
  /** Whether SQLite gives up the whole transaction, as it does when the disk is full, and not just the statement. */
  readonly endsTransaction: boolean
}

type Fail = Effect & { kind: 'fail' }

const BUSY = { code: 'SQLITE_BUSY', rawCode: 5, endsTransaction: false, message: () => 'database is locked' }

type Wording = Omit<SqliteFailure, 'message'> & { readonly message: (about: About) => string }

/** What stands in SQLite for what Postgres says by an SQLSTATE; one writer at a time is all that it has of locks. */
const WORDINGS: Readonly<Record<string, Wording>> = {
  '53100': {
    code: 'SQLITE_FULL',
    rawCode: 13,
    endsTransaction: true,
    message: () => 'database or disk is full',
  },
  '58030': { code: 'SQLITE_IOERR', rawCode: 10, endsTransaction: true, message: () => 'disk I/O error' },
  '23505': {
    code: 'SQLITE_CONSTRAINT_UNIQUE',
    rawCode: 2067,
    endsTransaction: false,
    message: ({ columns }) => `UNIQUE constraint failed: ${columns}`,
  },
  '23503': {
    code: 'SQLITE_CONSTRAINT_FOREIGNKEY',
    rawCode: 787,
    endsTransaction: false,
    message: () => 'FOREIGN KEY constraint failed',
  },
  '23502': {
    code: 'SQLITE_CONSTRAINT_NOTNULL',
    rawCode: 1299,
    endsTransaction: false,
    message: ({ columns }) => `NOT NULL constraint failed: ${columns}`,
  },
  '23514': {
    code: 'SQLITE_CONSTRAINT_CHECK',
    rawCode: 275,
    endsTransaction: false,
    message: ({ constraint }) => `CHECK constraint failed: ${constraint}`,
  },
  '40001': BUSY,
  '40P01': BUSY,
  '55P03': BUSY,
}

interface About {
  /** e.g. `parcels.reference`. */
  readonly columns: string
  readonly constraint: string
}

/** null: SQLite has nothing of the kind. */
export function describeFailure(effect: Fail, table: TableName | null): SqliteFailure | null {
  const wording = WORDINGS[sqlstateOf(effect)]
  if (!wording) return null
  const { constraint = '', column, message } = effect.details
  const columns = effect.key?.columns ?? (column === undefined ? [] : [column])
  const about = { columns: nameColumns(table, columns), constraint }
  return { ...wording, ...codeOfKey(wording, effect.key), message: message ?? wording.message(about) }
}

function nameColumns(table: TableName | null, columns: readonly string[]): string {
  return columns.map((column) => (table === null ? column : `${table.name}.${column}`)).join(', ')
}

/** A repeated primary key is a repeated value by another name. */
function codeOfKey({ code, rawCode }: Wording, key: ConstraintKey | undefined): { code: string; rawCode: number } {
  if (code !== 'SQLITE_CONSTRAINT_UNIQUE' || key?.isPrimary !== true) return { code, rawCode }
  return { code: 'SQLITE_CONSTRAINT_PRIMARYKEY', rawCode: 1555 }
}
