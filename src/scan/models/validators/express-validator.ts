import { getMember } from '../../interpret/access.ts'
import { type Call, callFunctionLike } from '../../interpret/call.ts'
import { makeError } from '../../interpret/error-values.ts'
import { type Machine, noteUnresolved } from '../../interpret/machine.ts'
import { Thrown } from '../../interpret/stops.ts'
import {
  array,
  fulfilled,
  knownString,
  literal,
  native,
  type ObjectValue,
  object,
  operation,
  type PackageValue,
  type RequestValue,
  UNDEFINED,
  type Value,
} from '../../interpret/values.ts'
import type { ts } from '../../syntax/syntax.ts'
import { appendCall, memberNames } from '../packages.ts'
import { callsOf, optionOf } from './chains.ts'
import { decideParts, type Part } from './validator-decision.ts'
import { checkedParts, runChains } from './validator-run.ts'

/** express-validator: chains check a request one after another, and `validationResult` tells what they found. */
export function callExpressValidator(machine: Machine, callee: PackageValue, call: Call): Value | null {
  if (!/^express-validator(?:\/|$)/.test(callee.module)) return null
  const request = call.args.find((arg) => arg.kind === 'request')
  if (!machine.run || request?.kind !== 'request') return appendCall(machine, callee, call)
  const names = memberNames(callee)
  if (names.includes('validationResult')) return resultOf(machine, () => checkedParts(request))
  if (names.includes('matchedData')) return matchedData(machine, request, call)
  const isBuilt = callsOf(callee).length > 0
  if (!isBuilt) return appendCall(machine, callee, call)
  if (names.at(-1) === 'run') return fulfilled(runByHand(machine, { callee, request, node: call.node }))
  runChains(machine, { middleware: callee, request, node: call.node })
  const next = call.args.find((arg) => arg.kind === 'native' && arg.name === 'next')
  return next ? callFunctionLike(machine, { callee: next, self: null, args: [], node: call.node }) : UNDEFINED
}

/** A chain as Express calls it: it always passes the request on. Null for anything else of the package. */
export function validatorMiddleware(machine: Machine, handler: PackageValue): Value | null {
  if (!/^express-validator(?:\/|$)/.test(handler.module)) return null
  return native('validator', ([request, , next], node) => {
    if (request?.kind === 'request') runChains(machine, { middleware: handler, request, node })
    return next ? callFunctionLike(machine, { callee: next, self: null, args: [], node }) : UNDEFINED
  })
}

/** `await chain.run(req)` answers what this chain found. */
function runByHand(
  machine: Machine,
  { callee, request, node }: { callee: PackageValue; request: RequestValue; node: ts.Node },
): Value {
  const middleware = { ...callee, steps: callee.steps.slice(0, -1) }
  const parts = runChains(machine, { middleware, request, node })
  const result = resultOf(machine, () => parts)
  // `checkSchema(...).run(req)` answers with a list, one result a field.
  return callsOf(middleware).some(({ name }) => name === 'checkSchema') ? array([result], true) : result
}

function resultOf(machine: Machine, parts: () => readonly Part[]): ObjectValue {
  const issues = operation('express-validator issues')
  const passes = (node: ts.Node): boolean => decideParts(machine, parts(), node)
  const list = native('array', (_args, node) => (passes(node) ? array([]) : issues))
  const mapped = native('mapped', (_args, node) => (passes(node) ? object() : object([], { open: true })))
  const refuse = native('throw', (_args, node) => {
    if (passes(node)) return UNDEFINED
    throw new Thrown(
      makeError('Error', literal('Validation failed'), [
        ['array', list],
        ['mapped', mapped],
      ]),
    )
  })
  const result: ObjectValue = object([
    ['isEmpty', native('isEmpty', (_args, node) => literal(passes(node)))],
    ['array', list],
    ['mapped', mapped],
    ['throw', refuse],
    ['formatWith', native('formatWith', () => result)],
  ])
  return { ...result, getters: new Map([['errors', list]]) }
}

/** The fields that chains looked at, as sanitizers left them. */
function matchedData(machine: Machine, request: RequestValue, call: Call): Value {
  const places = optionOf(call.args, 'locations', 1)
  const wanted = places?.kind === 'array' ? places.items.map(knownString) : null
  const data = object()
  for (const part of checkedParts(request)) {
    for (const { from, path } of part.fields) {
      if (wanted && !wanted.includes(from)) continue
      const start = getMember(machine, request, from, call.node)
      const known = path.slice(0, path.includes('*') ? path.indexOf('*') : path.length)
      const value = known.reduce((owner, name) => getMember(machine, owner, name, call.node), start)
      // Of a list only the fields that are named come out.
      if (known.length > 0) place(data, known, known.length === path.length ? value : operation('matched', value))
    }
  }
  if (checkedParts(request).length === 0)
    noteUnresolved(machine, 'no chain that matchedData() reads was seen', call.node)
  return data
}

function place(target: ObjectValue, path: readonly string[], value: Value): void {
  const [name, ...rest] = path
  if (name === undefined) return
  if (rest.length === 0) {
    target.fields.set(name, value)
    return
  }
  const known = target.fields.get(name)
  const inner = known?.kind === 'object' ? known : object()
  target.fields.set(name, inner)
  place(inner, rest, value)
}
