import { getMember } from '../../interpret/access.ts'
import { awaitValue, callFunctionLike, settle } from '../../interpret/call.ts'
import type { Machine } from '../../interpret/machine.ts'
import { hasResponded } from '../../interpret/trace-events.ts'
import {
  type ClassValue,
  isNullish,
  type NativeValue,
  native,
  operation,
  type RouterValue,
  symbol,
  UNDEFINED,
  type Value,
} from '../../interpret/values.ts'
import type { ts } from '../../syntax/syntax.ts'
import { routerMember } from '../express.ts'
import { decorationsOf } from './decorations.ts'

/** What a framework hands to a method of a controller, and what it does with what comes back. */
export interface Action {
  readonly type: ClassValue
  readonly key: string
  readonly instance: Value
  readonly argumentsFor: (exchange: Exchange) => Value[]
  readonly answer: (value: Value, exchange: Exchange) => void
}

export interface Exchange {
  readonly request: Value
  readonly response: Value
  readonly next: Value
  readonly node: ts.Node
}

/** The handler that a framework registers for a method: it calls it and sends what it gives; failures go to `next`. */
export function actionHandler(machine: Machine, action: Action): NativeValue {
  const { type, key, instance } = action
  const handler = native(`${type.name}.${key}`, ([request, response, next], node) => {
    const exchange: Exchange = {
      request: request ?? UNDEFINED,
      response: response ?? UNDEFINED,
      next: next ?? UNDEFINED,
      node,
    }
    const outcome = settle(machine, () => {
      const callee = getMember(machine, instance, key, node)
      const args = action.argumentsFor(exchange)
      const value = awaitValue(machine, callFunctionLike(machine, { callee, self: instance, args, node }), node)
      action.answer(value, exchange)
      return UNDEFINED
    })
    if (outcome.state === 'fulfilled') return UNDEFINED
    return callFunctionLike(machine, { callee: exchange.next, self: null, args: [outcome.value], node })
  })
  const method = methodOf(type, key)
  return method?.kind === 'function' ? { ...handler, stands: method } : handler
}

function methodOf(type: ClassValue, key: string): Value | null {
  for (let owner: Value | null = type; owner?.kind === 'class'; owner = owner.base) {
    const method = owner.prototype.fields.get(key)
    if (method) return method
  }
  return null
}

/** Calls a method of a router, as the framework's own code would. */
export function registerOn(
  machine: Machine,
  router: RouterValue,
  { verb, args, node }: { verb: string; args: readonly Value[]; node: ts.Node },
): void {
  callFunctionLike(machine, { callee: routerMember(machine, router, verb), self: router, args, node })
}

/** A new app, or a new router, made as if the code at the node had made it. */
export function makeRouter(machine: Machine, name: 'express' | 'Router', node: ts.Node): RouterValue | null {
  const callee = { kind: 'package', module: 'express', steps: [{ kind: 'member', name }] } as const
  const made = callFunctionLike(machine, { callee, self: null, args: [], node })
  return made.kind === 'router' ? made : null
}

/** Sends a value with `res.send` or `res.json`, unless the method has answered by itself. */
export function sendValue(
  machine: Machine,
  { response, node }: Exchange,
  { via, status, body }: { via: 'send' | 'json'; status: Value | null; body: Value },
): void {
  if (hasResponded(machine)) return
  const call = (name: string, args: readonly Value[]): void => {
    callFunctionLike(machine, { callee: getMember(machine, response, name, node), self: response, args, node })
  }
  if (status && !isNullish(status)) call('status', [status])
  call(via, isNullish(body) && via === 'send' ? [] : [body])
}

/** The parts of a request that decorators of parameters ask for, by the decorators' names. */
const PARTS = new Map([
  ['requestParam', 'params'],
  ['Param', 'params'],
  ['Params', 'params'],
  ['queryParam', 'query'],
  ['QueryParam', 'query'],
  ['QueryParams', 'query'],
  ['requestBody', 'body'],
  ['Body', 'body'],
  ['BodyParam', 'body'],
  ['requestHeaders', 'headers'],
  ['HeaderParam', 'headers'],
  ['HeaderParams', 'headers'],
  ['cookies', 'cookies'],
  ['CookieParam', 'cookies'],
  ['CookieParams', 'cookies'],
])

/** What the decorators of a method's parameters ask for; null when it has none. */
export function decoratedArguments(
  machine: Machine,
  { type, key }: Pick<Action, 'type' | 'key'>,
  exchange: Exchange,
): Value[] | null {
  const said = type.decorations.filter((one) => one.key === key && one.index !== null)
  if (said.length === 0) return null
  const count = Math.max(...said.map(({ index }) => index ?? 0)) + 1
  return Array.from({ length: count }, (_, index) => {
    const [told] = decorationsOf(type, { key, index })
    return told ? argumentFor(machine, { name: told.name, first: told.args[0] }, exchange) : UNDEFINED
  })
}

function argumentFor(
  machine: Machine,
  { name, first }: { name: string; first: Value | undefined },
  exchange: Exchange,
): Value {
  const { request, response, next, node } = exchange
  if (/^(?:request|req|Req)$/.test(name)) return request
  if (/^(?:response|res|Res)$/.test(name)) return response
  if (name === 'next') return next
  const part = PARTS.get(name)
  if (!part) return symbol({ kind: 'operation', name: `request.${name}`, operands: [] })
  const whole = getMember(machine, request, part, node)
  if (first?.kind === 'literal' && typeof first.value === 'string') return getMember(machine, whole, first.value, node)
  return first?.kind === 'symbol' ? operation('member', whole, first) : whole
}
