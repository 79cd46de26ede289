import { callFunctionLike } from '../../interpret/call.ts'
import { decide } from '../../interpret/decisions.ts'
import { makeError } from '../../interpret/error-values.ts'
import { type Machine, noteUnresolved, setField } from '../../interpret/machine.ts'
import { negate } from '../../interpret/operators.ts'
import {
  literal,
  native,
  type ObjectValue,
  operation,
  type RequestValue,
  UNDEFINED,
  type Value,
} from '../../interpret/values.ts'
import type { ts } from '../../syntax/syntax.ts'
import { writeSession } from './session-methods.ts'

interface Login {
  readonly request: RequestValue
  readonly user: Value
  readonly options: ObjectValue | undefined
  readonly node: ts.Node
}

/** Puts the user on the request and, unless `session: false`, into the session: passport/lib/http/request.js. */
export function logIn(machine: Machine, login: Login, done: (error: Value | null) => Value): Value {
  const { request, user, node } = login
  setField(machine, request.fields, 'user', user)
  const session = login.options?.fields.get('session')
  if (session?.kind === 'literal' && session.value === false) return done(null)
  const { serializer } = machine.passport
  if (serializer?.kind !== 'function') {
    const what = 'no code that analysis reached gives passport a serializeUser, without which nobody can sign in'
    noteUnresolved(machine, what, node)
    setField(machine, request.fields, 'user', literal(null))
    return done(makeError('Error', literal('Failed to serialize user into session')))
  }
  noteMissingSession(machine, request, node)
  const refused = writeSession(machine, 'regenerate', node)
  if (refused) return done(refused)
  const end = native('done', ([error], at) => {
    const failed = error && decide(machine, error, at, false)
    if (failed) setField(machine, request.fields, 'user', literal(null))
    return done(failed ? error : writeSession(machine, 'save', node))
  })
  const args = serializer.node.parameters.length === 3 ? [request, user, end] : [user, end]
  callFunctionLike(machine, { callee: serializer, self: null, args, node })
  return UNDEFINED
}

function noteMissingSession(machine: Machine, request: RequestValue, node: ts.Node): void {
  if (request.fields.has('session')) return
  const what = 'passport keeps who is signed in in a session, and no session that analysis knows was started before'
  noteUnresolved(machine, what, node)
}

/** What passport puts on a request, whose user may have been restored before. */
export function addLoginMethods(machine: Machine, request: RequestValue): void {
  const add = (name: string, call: (args: readonly Value[], node: ts.Node) => Value): void => {
    if (!request.fields.has(name)) setField(machine, request.fields, name, native(name, call))
  }
  const callbackOf = (args: readonly Value[]): Value | undefined =>
    args.findLast((arg) => arg.kind === 'function' || arg.kind === 'native')
  for (const name of ['login', 'logIn'])
    add(name, (args, node) => {
      const options = args.slice(1).find((arg): arg is ObjectValue => arg.kind === 'object')
      return logIn(machine, { request, user: args[0] ?? UNDEFINED, options, node }, (error) => {
        const callee = callbackOf(args.slice(1))
        return callee ? callFunctionLike(machine, { callee, self: null, args: error ? [error] : [], node }) : UNDEFINED
      })
    })
  for (const name of ['logout', 'logOut'])
    add(name, (args, node) => {
      setField(machine, request.fields, 'user', literal(null))
      const callee = callbackOf(args)
      const error = writeSession(machine, 'save', node) ?? writeSession(machine, 'regenerate', node)
      return callee ? callFunctionLike(machine, { callee, self: null, args: error ? [error] : [], node }) : UNDEFINED
    })
  const user = (): Value => request.fields.get('user') ?? operation('request.isAuthenticated')
  add('isAuthenticated', () => negate(negate(user())))
  add('isUnauthenticated', () => negate(user()))
}
