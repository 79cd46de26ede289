import { getMember } from '../../interpret/access.ts'
import { awaitValue, type Call, callFunctionLike, settle } from '../../interpret/call.ts'
import { decide } from '../../interpret/decisions.ts'
import { type Machine, noteUnresolved } from '../../interpret/machine.ts'
import {
  type DbValue,
  literal,
  native,
  type ObjectValue,
  object,
  operation,
  type PackageValue,
  type QueryValue,
  symbol,
  type TableValue,
  UNDEFINED,
  type Value,
} from '../../interpret/values.ts'
import type { ts } from '../../syntax/syntax.ts'
import { runQuery, startQuery } from '../drizzle/queries.ts'
import { memberNames, noteHarmless } from '../packages.ts'

/** Where `new Lucia(adapter, options)` keeps sessions: tables of the project's own database. */
interface SessionTables {
  readonly db: DbValue
  readonly sessions: TableValue
  readonly users: TableValue
  /** The adapter for SQLite asks for the session and for its user, the others for both at once. */
  readonly asksTwice: boolean
  readonly options: ObjectValue | null
}

interface Asked {
  readonly tables: SessionTables
  readonly callee: PackageValue
  readonly args: readonly Value[]
  readonly node: ts.Node
}

/** lucia/dist/core.js on the adapters of @lucia-auth/adapter-drizzle. */
const METHODS: Readonly<Record<string, (machine: Machine, asked: Asked) => Value>> = {
  validateSession,
  createSession,
  invalidateSession: (machine, asked) => remove(machine, asked, where(asked, 'id', asked.args[0])),
  invalidateUserSessions: (machine, asked) => remove(machine, asked, where(asked, 'userId', asked.args[0])),
  deleteExpiredSessions: (machine, asked) => remove(machine, asked, null),
  getUserSessions: (machine, asked) => {
    const { db, sessions } = asked.tables
    const condition = where(asked, 'userId', asked.args[0])
    return send(machine, startQuery(db, { operation: 'select', table: sessions, where: condition, node: asked.node }))
  },
}

/** A session that lucia reads or writes, as the queries that it makes; null where the adapter is no Drizzle adapter. */
export function callLucia(machine: Machine, callee: PackageValue, { args, node }: Call): Value | null {
  if (callee.module !== 'lucia' || !machine.run) return null
  const name = memberNames(callee).at(-1) ?? ''
  const cookie = cookieOf(callee, { name, args })
  if (cookie) return cookie
  const method = METHODS[name]
  const tables = method ? tablesOf(callee) : null
  if (!method || !tables) return null
  return settle(machine, () => method(machine, { tables, callee, args, node }))
}

/** `lucia.sessionCookieName`; null for any other member. */
export function luciaMember(owner: PackageValue, name: string): Value | null {
  if (owner.module !== 'lucia' || name !== 'sessionCookieName') return null
  const options = madeBy(owner)?.[1]
  const cookie = options?.kind === 'object' ? options.fields.get('sessionCookie') : undefined
  return (cookie?.kind === 'object' ? cookie.fields.get('name') : undefined) ?? literal('auth_session')
}

function madeBy(value: PackageValue): readonly Value[] | null {
  const made = value.steps.find((step) => step.kind === 'new')
  return made?.kind === 'new' ? made.args : null
}

function tablesOf(callee: PackageValue): SessionTables | null {
  const [adapter, options] = madeBy(callee) ?? []
  const given = adapter?.kind === 'package' && adapter.module === '@lucia-auth/adapter-drizzle' ? madeBy(adapter) : null
  const [db, sessions, users] = given ?? []
  if (adapter?.kind !== 'package' || db?.kind !== 'db' || sessions?.kind !== 'table' || users?.kind !== 'table')
    return null
  const asksTwice = memberNames(adapter).at(-1) === 'DrizzleSQLiteAdapter'
  return { db, sessions, users, asksTwice, options: options?.kind === 'object' ? options : null }
}

/** `createSessionCookie(id)` and `createBlankSessionCookie()`: oslo/dist/cookie/index.js. */
function cookieOf(callee: PackageValue, { name, args }: { name: string; args: readonly Value[] }): Value | null {
  if (name !== 'createSessionCookie' && name !== 'createBlankSessionCookie') return null
  const cookieName = luciaMember(callee, 'sessionCookieName') ?? UNDEFINED
  const value = name === 'createSessionCookie' ? (args[0] ?? UNDEFINED) : literal('')
  const attributes = operation('attributes of the session cookie')
  const serialized = operation('concat', cookieName, literal('='), value, literal('; '), attributes)
  return object([
    ['name', cookieName],
    ['value', value],
    ['attributes', attributes],
    ['serialize', native('serialize', () => serialized)],
  ])
}

function column(table: TableValue, key: string): Value {
  return symbol({ kind: 'column', table: table.name, column: key })
}

function where({ tables }: Asked, key: string, value: Value | undefined): Value {
  return operation('eq', column(tables.sessions, key), value ?? UNDEFINED)
}

/** What the query answers; its failure is thrown, as all of lucia's methods are async. */
function send(machine: Machine, query: QueryValue): Value {
  return awaitValue(machine, runQuery(machine, query), query.node)
}

function remove(machine: Machine, { tables, node }: Asked, condition: Value | null): Value {
  const { db, sessions } = tables
  send(machine, startQuery(db, { operation: 'delete', table: sessions, where: condition ?? undefined, node }))
  return UNDEFINED
}

function createSession(machine: Machine, asked: Asked): Value {
  const { tables, args, node } = asked
  const [userId = UNDEFINED, attributes, options] = args
  const given = options?.kind === 'object' ? options.fields.get('sessionId') : undefined
  const own: [string, Value][] = [
    ['id', given ?? operation('lucia.generateIdFromEntropySize')],
    ['userId', userId],
    ['expiresAt', operation('end of the session')],
  ]
  const extra = attributes?.kind === 'object' ? [...attributes.fields] : []
  const query = startQuery(tables.db, { operation: 'insert', table: tables.sessions, node })
  send(machine, { ...query, values: object([...own, ...extra]) })
  return object([...attributesOf(machine, asked, { of: 'Session', row: attributes ?? UNDEFINED }), ...own, FRESH(true)])
}

const FRESH = (value: boolean): [string, Value] => ['fresh', literal(value)]

/** The session and its user, or neither; one that has run out is deleted. */
function validateSession(machine: Machine, asked: Asked): Value {
  const { tables, callee, node } = asked
  noteHarmless(machine, { ...callee, steps: [{ kind: 'member', name: 'validateSession' }] }, node)
  const rows = readSession(machine, asked)
  const nobody = object([
    ['session', literal(null)],
    ['user', literal(null)],
  ])
  if (!decide(machine, rows.session, node)) return nobody
  const field = (row: Value, key: string): [string, Value] => [key, getMember(machine, row, key, node)]
  const [, expiresAt] = field(rows.session, 'expiresAt')
  if (decide(machine, operation('is expired', expiresAt), node, false)) {
    remove(machine, asked, where(asked, 'id', field(rows.session, 'id')[1]))
    return nobody
  }
  const what = `lucia also updates ${tables.sessions.name} when more than half of a session's time is over, which is in no way of this route`
  noteUnresolved(machine, what, node)
  const own = ['id', 'userId', 'expiresAt'].map((key) => field(rows.session, key))
  const session = [...attributesOf(machine, asked, { of: 'Session', row: rows.session }), ...own, FRESH(false)]
  const user = [...attributesOf(machine, asked, { of: 'User', row: rows.user }), field(rows.user, 'id')]
  return object([
    ['session', object(session)],
    ['user', object(user)],
  ])
}

function readSession(machine: Machine, asked: Asked): { session: Value; user: Value } {
  const { tables, args, node } = asked
  const condition = where(asked, 'id', args[0])
  const start = { operation: 'select', table: tables.sessions, where: condition, node } as const
  const both = { ...start, joined: true, joins: [tables.users.name] }
  const first = (rows: Value, name?: string): Value => {
    const row = getMember(machine, rows, '0', node)
    return name ? getMember(machine, row, name, node) : row
  }
  if (tables.asksTwice) {
    const session = send(machine, startQuery(tables.db, start))
    return { session: first(session), user: first(send(machine, startQuery(tables.db, both))) }
  }
  const rows = send(machine, startQuery(tables.db, both))
  return { session: first(rows, 'session'), user: first(rows, 'user') }
}

/** What the project's `getUserAttributes` or `getSessionAttributes` takes of a row; nothing where it has none. */
function attributesOf(
  machine: Machine,
  { tables, node }: Asked,
  { of, row }: { of: 'User' | 'Session'; row: Value },
): [string, Value][] {
  const getter = tables.options?.fields.get(`get${of}Attributes`)
  if (!getter) return []
  const found = callFunctionLike(machine, { callee: getter, self: null, args: [row], node })
  return found.kind === 'object' ? [...found.fields] : [['...0', found]]
}
