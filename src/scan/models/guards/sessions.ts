import type { Gate, SessionFact } from '../../facts/types.ts'
import { makeError } from '../../interpret/error-values.ts'
import { describePackage } from '../../interpret/express-value.ts'
import { type Machine, setField } from '../../interpret/machine.ts'
import { knownString, operation, type PackageValue, symbol, type Value } from '../../interpret/values.ts'
import type { GatedExchange, GateModel } from './gates.ts'
import { storeOf } from './stores.ts'

/** The cookie in which a package keeps a session, or its number, unless it is told another name. */
const COOKIES = new Map([
  ['express-session', 'connect.sid'],
  ['cookie-session', 'session'],
])

/** What is known of a session that the middleware would start; null where it is no such middleware. */
function describeSession(middleware: PackageValue): SessionFact | null {
  const made = middleware.steps.at(-1)
  const usual = COOKIES.get(middleware.module)
  if (!usual || made?.kind !== 'call') return null
  const [options] = made.args
  const option = (name: string): Value | undefined =>
    options?.kind === 'object' ? options.fields.get(name) : undefined
  const named = option('name') ?? option('key')
  const store = middleware.module === 'express-session' ? storeOf(option('store')) : null
  return { package: middleware.module, cookie: named ? knownString(named) : usual, store, at: made.at }
}

/** The session is in the cookie, or in a store that may not answer. */
export function findSessionGates(
  _machine: Machine,
  middleware: PackageValue,
  { request }: GatedExchange,
): GateModel[] | null {
  const session = describeSession(middleware)
  if (!session) return null
  const { store, at } = session
  // Whoever comes second finds a session and passes the request on.
  if (!store || request.fields.has('session')) return []
  const gate: Gate = {
    what: describePackage(middleware),
    how: 'session store fails',
    limit: null,
    types: [],
    store,
    at,
  }
  const error = (): Value => makeError('Error', operation(`message of ${store.package ?? 'the session store'}`))
  return [{ ...gate, refuse: error }]
}

/** Puts the session on the request as middleware that starts one does. */
export function startSession(machine: Machine, middleware: PackageValue, { request }: GatedExchange): void {
  const session = describeSession(middleware)
  if (!session || request.fields.has('session')) return
  const { cookie } = session
  const carried = cookie === null ? [] : [symbol({ kind: 'input', from: 'cookies', path: [cookie] })]
  setField(machine, request.fields, 'session', operation('request.session', ...carried))
  machine.sessions.set(JSON.stringify(session), session)
}
