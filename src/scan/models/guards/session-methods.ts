import { type Call, callFunctionLike } from '../../interpret/call.ts'
import { makeError } from '../../interpret/error-values.ts'
import { decideFailure } from '../../interpret/faults.ts'
import type { Machine } from '../../interpret/machine.ts'
import { rejectionOf } from '../../interpret/pending.ts'
import { nextEvent, recordExternal } from '../../interpret/trace-events.ts'
import { operation, type SymbolValue, type TableValue, UNDEFINED, type Value } from '../../interpret/values.ts'
import type { ts } from '../../syntax/syntax.ts'
import { runQuery, startQuery } from '../drizzle/queries.ts'

/** What a method of express-session's session does to its row: express-session/session/session.js, store.js. */
const OPERATIONS = {
  save: 'insert',
  regenerate: 'delete',
  destroy: 'delete',
  reload: 'select',
} as const

type SessionMethod = keyof typeof OPERATIONS

function isSessionMethod(name: string): name is SessionMethod {
  return name in OPERATIONS
}

/** `req.session.destroy(callback)` and the like; null for anything else, and where the session is not known. */
export function callSession(machine: Machine, owner: SymbolValue, method: string, { args, node }: Call): Value | null {
  const { expression } = owner
  const isSession = expression.kind === 'operation' && expression.name === 'request.session'
  if (!isSession || !isSessionMethod(method) || machine.sessions.size === 0) return null
  const error = writeSession(machine, method, node)
  const callee = args.find((arg) => arg.kind === 'function' || arg.kind === 'native')
  if (callee) callFunctionLike(machine, { callee, self: null, args: [error ?? UNDEFINED], node })
  return owner
}

/** What the store does for a method, and the error that it may give. A session in memory just changes. */
export function writeSession(machine: Machine, method: SessionMethod, node: ts.Node): Value | null {
  const store = [...machine.sessions.values()].at(-1)?.store
  if (!store) return null
  const name = `${store.package ?? 'session store'}.${method}`
  const table = [...machine.tables.values()].find(({ sqlName }) => sqlName === store.table)
  const error = makeError('Error', operation(`message of ${name}`))
  if (table) return writeRow(machine, { table, method, node }) ? null : error
  const id = nextEvent(machine)
  const fails = decideFailure(machine, rejectionOf(id), node)
  recordExternal(machine, {
    id,
    effect: 'known',
    target: { protocol: 'package', module: store.package ?? 'express-session', name, arguments: [] },
    outcome: fails ? 'fails' : 'ok',
    node,
  })
  return fails ? error : null
}

/** Whether the row of a store whose table is one of the project's could be written. */
function writeRow(
  machine: Machine,
  { table, method, node }: { table: TableValue; method: SessionMethod; node: ts.Node },
): boolean {
  const db = { kind: 'db', driver: 'session store', transaction: null, schema: null } as const
  const query = startQuery(db, {
    operation: OPERATIONS[method],
    table,
    where: operation('session of the request'),
    node,
  })
  const values = method === 'save' ? operation('session of the request') : null
  return runQuery(machine, { ...query, values }).state === 'fulfilled'
}
