import type { AroundStatement, RunningStatement } from '../../database/sqlite/watch-statements.ts'
import { type FaultBoard, meetStatement } from '../board.ts'
import type { Effect } from '../effects.ts'
import { bindParameters, readStatements, type StatementShape } from '../read-statement.ts'
import type { ArmedFault } from '../rules.ts'
import type { Statement } from '../statement.ts'
import { describeFailure, type SqliteFailure } from './failures.ts'

/** Runs the statements of the app, and what the faults of the board say in place of them. */
export function meetStatements(board: FaultBoard): AroundStatement {
  // Apps send the same few texts again and again.
  const shapes = new Map<string, readonly StatementShape[]>()
  const read = (sql: string): readonly StatementShape[] => {
    const known = shapes.get(sql) ?? readStatements(sql, 'sqlite')
    shapes.set(sql, known)
    return known
  }
  return (running, proceed) => {
    const statements = read(running.sql).map((shape) => bindParameters(shape, listParameters(running)))
    const [only] = statements
    if (statements.length > 1) return runInTurn(board, running, statements)
    const fault = only && !isSetting(only) ? meetStatement(board, only) : null
    return fault && only ? carryOut(running, { fault, statement: only, proceed }) : proceed()
  }
}

/** As arguments or as one list; names instead of places are beyond what faults can be aimed at by row. */
function listParameters({ parameters }: RunningStatement): unknown[] {
  return parameters.flatMap((parameter): unknown[] => {
    if (Array.isArray(parameter)) return parameter
    const isNamed = typeof parameter === 'object' && parameter !== null && !ArrayBuffer.isView(parameter)
    return isNamed ? [] : [parameter]
  })
}

function isSetting({ sql }: Statement): boolean {
  return /^\s*pragma\b/i.test(sql)
}

/** A text of several statements, of which any may meet a fault. */
function runInTurn(board: FaultBoard, running: RunningStatement, statements: readonly Statement[]): unknown {
  const { connection } = running
  for (const statement of statements) {
    const proceed = () => connection.exec(statement.sql)
    const fault = isSetting(statement) ? null : meetStatement(board, statement)
    if (fault) carryOut(running, { fault, statement, proceed })
    else proceed()
  }
  return connection
}

function carryOut(
  { connection }: RunningStatement,
  met: { fault: ArmedFault<Effect>; statement: Statement; proceed: () => unknown },
): unknown {
  const { effect, target } = met.fault
  if (effect.kind === 'delay') {
    // SQLite works in the app's own thread, so a slow disk stops all of it.
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, effect.milliseconds)
    return met.proceed()
  }
  const failure =
    effect.kind === 'fail' ? describeFailure(effect, target.table ?? met.statement.actions[0]?.table ?? null) : null
  if (failure === null) throw new Error('A fault was armed that SQLite can not carry out.')
  if (failure.endsTransaction && connection.inTransaction) connection.exec('ROLLBACK')
  throw makeError(connection, failure)
}

/** Of the class that the package throws, which it hangs on the class of its connections. */
function makeError(connection: object, { code, rawCode, message }: SqliteFailure): Error {
  const driver: unknown = Reflect.get(connection, 'constructor')
  const SqliteError: (new (message: string, code: string, rawCode: number) => Error) | undefined =
    typeof driver === 'function' ? Reflect.get(driver, 'SqliteError') : undefined
  if (!SqliteError) throw new Error('Expected SqliteError on the package that opened the database.')
  return new SqliteError(message, code, rawCode)
}
