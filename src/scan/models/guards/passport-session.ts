import { getMember } from '../../interpret/access.ts'
import { callFunctionLike } from '../../interpret/call.ts'
import { decide } from '../../interpret/decisions.ts'
import { type Machine, noteUnresolved, setField } from '../../interpret/machine.ts'
import { Thrown } from '../../interpret/stops.ts'
import { native, operation, UNDEFINED, type Value } from '../../interpret/values.ts'
import { locate } from '../../syntax/syntax.ts'
import { errorOf, type GatedExchange, type GateModel, refuseAt } from './gates.ts'
import { addLoginMethods } from './passport-login.ts'

/** What passport puts on requests that tells who is signed in. */
const WHO = /^(?:user|isAuthenticated|isUnauthenticated)$/

/**
 * `passport.session()`: passport/lib/strategies/session.js. Whether a session has a user doubles the ways of a route, so
 * it is asked only where the route wants to know; a first pass finds that out.
 */
export function restoreUser(machine: Machine, exchange: GatedExchange): Value {
  const { request, next, node } = exchange
  const { passport } = machine
  const proceed = (error?: Value): Value =>
    callFunctionLike(machine, { callee: next, self: null, args: error ? [error] : [], node })
  addLoginMethods(machine, request)
  const session = request.fields.get('session') ?? operation('request.session')
  const kept = getMember(machine, getMember(machine, session, 'passport', node), 'user', node)
  if (!passport.whoIsAsked) {
    setField(machine, request.fields, UNRESTORED, UNDEFINED)
    return refuseAt(machine, restoreGates(machine, kept), exchange) ?? proceed()
  }
  if (passport.deserializer === null) {
    noteUnresolved(machine, 'no code that analysis reached gives passport a deserializeUser', node)
    return proceed()
  }
  setField(machine, request.fields, 'user', UNDEFINED)
  if (!decide(machine, kept, node)) return proceed()
  const done = native('done', ([error, user], at) => {
    if (error && decide(machine, error, at, false)) return proceed(error)
    if (user && decide(machine, user, at)) setField(machine, request.fields, 'user', user)
    return proceed()
  })
  return deserialize(machine, { ...exchange, kept, done, proceed })
}

const UNRESTORED = '#unrestored'

/** A session with a user costs every route a look at the user, which may fail. */
function restoreGates({ passport, root }: Machine, kept: Value): GateModel[] {
  const { deserializer } = passport
  if (deserializer?.kind !== 'function') return []
  const at = locate(root, deserializer.node)
  const gate = {
    what: 'passport.session',
    how: 'user of the session not restored',
    limit: null,
    types: [],
    store: null,
    at,
  } as const
  return [
    {
      ...gate,
      refuse: (machine, { request, node }) => {
        const args = deserializer.node.parameters.length === 3 ? [request, kept] : [kept]
        return errorOf(machine, { callee: deserializer, args, node })
      },
    },
  ]
}

function deserialize(
  machine: Machine,
  {
    request,
    node,
    kept,
    done,
    proceed,
  }: GatedExchange & { kept: Value; done: Value; proceed: (error: Value) => Value },
): Value {
  const { deserializer } = machine.passport
  if (deserializer?.kind !== 'function') return UNDEFINED
  const args = deserializer.node.parameters.length === 3 ? [request, kept, done] : [kept, done]
  try {
    // Nobody waits for it: a promise that it returns and that fails reaches no one.
    callFunctionLike(machine, { callee: deserializer, self: null, args, node })
    return UNDEFINED
  } catch (error) {
    if (error instanceof Thrown) return proceed(error.value)
    throw error
  }
}

/** Notes that the route wants to know who is signed in, which was not looked at. */
export function noteWho(machine: Machine, fields: ReadonlyMap<string, Value>, name: string): void {
  if (WHO.test(name) && fields.has(UNRESTORED)) machine.passport.whoIsAsked = true
}
