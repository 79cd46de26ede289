import type { Gate } from '../../facts/types.ts'
import { awaitValue, callFunctionLike } from '../../interpret/call.ts'
import { describePackage } from '../../interpret/express-value.ts'
import { type Machine, setField } from '../../interpret/machine.ts'
import { literal, native, object, type PackageValue, UNDEFINED, type Value } from '../../interpret/values.ts'
import { respond } from '../exchange.ts'
import type { GatedExchange, GateModel } from './gates.ts'
import { storeOf } from './stores.ts'

/** express-rate-limit/dist/index.mjs: what a client gets that asks too often is known, only whether it does is not. */
export function findLimitGates(_machine: Machine, middleware: PackageValue): GateModel[] | null {
  const made = middleware.steps.at(-1)
  if (middleware.module === 'express-slow-down' && made?.kind === 'call') return []
  // Until version 6 it was made with `new` as well.
  if (middleware.module !== 'express-rate-limit' || !made || made.kind === 'member') return null
  const [options] = made.args
  const option = (name: string): Value | undefined =>
    options?.kind === 'object' ? options.fields.get(name) : undefined
  const gate: Gate = {
    ...{ what: describePackage(middleware), how: 'rate limit reached', types: [], at: made.at },
    limit: limitOf(option('limit') ?? option('max'), option('windowMs')),
    store: storeOf(option('store')),
  }
  return [{ ...gate, refuse: (machine, exchange) => refuse(machine, exchange, option) }]
}

function limitOf(count: Value | undefined, window: Value | undefined): string | null {
  const [most, span] = [count ?? literal(5), window ?? literal(60_000)]
  return most.kind === 'literal' && span.kind === 'literal' ? `${most.value} in ${span.value} ms` : null
}

/** The handler of the options, or the status and the message, either of which may be set. */
function refuse(
  machine: Machine,
  { request, response, node }: GatedExchange,
  option: (name: string) => Value | undefined,
): Value | null {
  const status = option('statusCode') ?? literal(429)
  const message = option('message') ?? literal('Too many requests, please try again later.')
  const handler = option('handler')
  if (!handler) {
    const isMade = message.kind === 'function'
    const args = [request, response]
    const body = isMade ? callFunctionLike(machine, { callee: message, self: null, args, node }) : message
    respond(machine, { owner: response, status, body: awaitValue(machine, body, node), via: 'send', node })
    return null
  }
  setField(machine, request.fields, 'rateLimit', object([], { open: true }))
  const given = object([
    ['statusCode', status],
    ['message', message],
    ['windowMs', option('windowMs') ?? literal(60_000)],
    ['limit', option('limit') ?? option('max') ?? literal(5)],
    ['max', option('max') ?? option('limit') ?? literal(5)],
  ])
  let passed: Value | null = null
  const watched = native('next', ([error]) => {
    passed = error ?? null
    return UNDEFINED
  })
  callFunctionLike(machine, { callee: handler, self: null, args: [request, response, watched, given], node })
  return passed
}
