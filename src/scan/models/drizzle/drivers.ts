import type { Call } from '../../interpret/call.ts'
import type { Machine } from '../../interpret/machine.ts'
import type { PackageValue, Value } from '../../interpret/values.ts'
import { memberNames } from '../packages.ts'
import { runQuery } from './queries.ts'
import { startRaw } from './raw-sql.ts'

const DRIVERS = /^(?:pg|postgres|mysql2(?:\/promise)?|@neondatabase\/serverless|@vercel\/postgres|@libsql\/client)$/
const SENDING = /^(?:query|execute|unsafe|sql|postgres|default|neon)$/

/** Statements that go to the database past Drizzle, by the driver itself: `pool.query('...')`, `` sql`...` ``. */
export function callDriver(machine: Machine, callee: PackageValue, call: Call): Value | null {
  if (!machine.run || !DRIVERS.test(callee.module)) return null
  const isMade = callee.steps.some((step) => step.kind !== 'member')
  const name = memberNames(callee).at(-1) ?? 'default'
  const hasCallback = call.args.some((arg) => arg.kind === 'function')
  if (!isMade || !SENDING.test(name) || hasCallback) return null
  const db = { kind: 'db', driver: callee.module, transaction: null, schema: null } as const
  return runQuery(machine, startRaw(machine, db, call.args, call.node))
}
