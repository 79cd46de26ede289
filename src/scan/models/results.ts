import { awaitValue, type Call, callFunctionLike, settle } from '../interpret/call.ts'
import { makeError } from '../interpret/error-values.ts'
import { describePackage } from '../interpret/express-value.ts'
import { type Machine, noteUnresolved } from '../interpret/machine.ts'
import { continuePromise } from '../interpret/pending.ts'
import { Thrown } from '../interpret/stops.ts'
import { recordHandler } from '../interpret/trace-events.ts'
import {
  array,
  fulfilled,
  literal,
  native,
  type ObjectValue,
  object,
  type PackageValue,
  type PromiseValue,
  UNDEFINED,
  type Value,
} from '../interpret/values.ts'
import type { ts } from '../syntax/syntax.ts'
import { memberNames } from './packages.ts'

/** Results of neverthrow: a value or an error, told apart by how each was made. A ResultAsync is a promise of one. */
const SIDES = { 'neverthrow.Ok': 'value', 'neverthrow.Err': 'error' } as const

export function callResults(machine: Machine, callee: PackageValue, call: Call): Value | null {
  if (callee.module !== 'neverthrow' || callee.steps.some(({ kind }) => kind !== 'member')) return null
  const [first = UNDEFINED, second] = call.args
  switch (memberNames(callee).at(-1)) {
    case 'ok':
      return makeResult('neverthrow.Ok', first)
    case 'err':
      return makeResult('neverthrow.Err', first)
    case 'okAsync':
      return fulfilled(makeResult('neverthrow.Ok', first))
    case 'errAsync':
      return fulfilled(makeResult('neverthrow.Err', first))
    case 'fromPromise':
    case 'fromSafePromise':
      return fromPromise(machine, first, { onError: second, node: call.node })
    case 'fromThrowable':
    case 'fromAsyncThrowable':
      return fromThrowable(machine, callee, call)
    case 'combine':
    case 'combineWithAllErrors':
      return combine(machine, callee, call)
    default:
      noteUnresolved(machine, `${describePackage(callee)} is not followed`, call.node)
      return null
  }
}

/** `new Ok(1)`, `new ResultAsync(promise)`; null for anything else. */
export function constructResult(callee: PackageValue, [first = UNDEFINED]: readonly Value[]): Value | null {
  const name = callee.module === 'neverthrow' ? memberNames(callee).at(-1) : undefined
  if (name === 'ResultAsync') return first.kind === 'promise' ? first : null
  return name === 'Ok' || name === 'Err' ? makeResult(`neverthrow.${name}`, first) : null
}

function makeResult(name: keyof typeof SIDES, held: Value): ObjectValue {
  return object([[SIDES[name], held]], { type: { kind: 'builtin', name } })
}

function sideOf(value: Value): 'value' | 'error' | null {
  if (value.kind !== 'object' || value.type?.kind !== 'builtin') return null
  const { name } = value.type
  return name === 'neverthrow.Ok' || name === 'neverthrow.Err' ? SIDES[name] : null
}

function fromPromise(
  machine: Machine,
  promise: Value,
  { onError, node }: { onError: Value | undefined; node: ts.Node },
): Value {
  const settled = settle(machine, () => awaitValue(machine, promise, node))
  return continuePromise(machine, promise, fulfilled(toResult(machine, settled, { onError, node })))
}

function toResult(
  machine: Machine,
  settled: PromiseValue,
  { onError, node }: { onError: Value | undefined; node: ts.Node },
): Value {
  if (settled.state === 'fulfilled') return makeResult('neverthrow.Ok', settled.value)
  recordHandler(machine, { by: '.catch', name: '', error: settled.value, at: node })
  const isMapped = onError !== undefined && onError.kind !== 'literal'
  const error = isMapped
    ? callFunctionLike(machine, { callee: onError, self: null, args: [settled.value], node })
    : settled.value
  return makeResult('neverthrow.Err', error)
}

/** A function that gives a result where the one it is made of throws. */
function fromThrowable(machine: Machine, callee: PackageValue, { args }: Call): Value {
  const [inner = UNDEFINED, onError] = args
  const names = memberNames(callee)
  const isAsync = names.at(-1) === 'fromAsyncThrowable' || names.includes('ResultAsync')
  return native('fromThrowable', (given, node) => {
    const call = (): Value => callFunctionLike(machine, { callee: inner, self: null, args: given, node })
    const settled = settle(machine, () => (isAsync ? awaitValue(machine, call(), node) : call()))
    const result = toResult(machine, settled, { onError, node })
    return isAsync ? fulfilled(result) : result
  })
}

/** The first error of several results, or all their values. */
function combine(machine: Machine, callee: PackageValue, { args, node }: Call): Value | null {
  const [list] = args
  if (list?.kind !== 'array') return null
  const results = list.items.map((item) => awaitValue(machine, item, node))
  const held = (side: 'value' | 'error'): Value[] =>
    results.flatMap((result) =>
      sideOf(result) === side && result.kind === 'object' ? (result.fields.get(side) ?? UNDEFINED) : [],
    )
  if (held('value').length + held('error').length < results.length) return null
  const [error] = held('error')
  const errors = memberNames(callee).at(-1) === 'combine' ? error : array(held('error'), list.open)
  const result = error
    ? makeResult('neverthrow.Err', errors ?? error)
    : makeResult('neverthrow.Ok', array(held('value'), list.open))
  return list.items.some(({ kind }) => kind === 'promise') ? fulfilled(result) : result
}

/** A method of a result; null for anything else. */
export function resultMember(machine: Machine, owner: ObjectValue, name: string): Value | null {
  return sideOf(owner) === null ? null : resultMethod(machine, owner, { name, isAsync: false })
}

/** A method of a ResultAsync; null for any other promise. */
export function resultAsyncMember(machine: Machine, owner: PromiseValue, name: string): Value | null {
  const { value } = owner
  if (value.kind !== 'object' || sideOf(value) === null) return null
  return resultMethod(machine, value, { name, isAsync: true })
}

function resultMethod(
  machine: Machine,
  result: ObjectValue,
  { name, isAsync }: { name: string; isAsync: boolean },
): Value | null {
  const method = METHODS.get(name)
  if (!method) return null
  const side = sideOf(result) ?? 'value'
  const held = result.fields.get(side) ?? UNDEFINED
  const isLater = isAsync || name.startsWith('async')
  return native(name, (args, node) => {
    const ask = (callback: Value | undefined): Value => {
      const answer = callFunctionLike(machine, { callee: callback ?? UNDEFINED, self: null, args: [held], node })
      return isLater ? awaitValue(machine, answer, node) : answer
    }
    const compute = (): Value => method({ result, side, held, args, ask })
    return isLater ? settle(machine, compute) : compute()
  })
}

interface MethodCall {
  readonly result: ObjectValue
  readonly side: 'value' | 'error'
  /** The value or the error. */
  readonly held: Value
  readonly args: readonly Value[]
  /** What a callback makes of what is held. */
  readonly ask: (callback: Value | undefined) => Value
}

type Method = (call: MethodCall) => Value

const METHODS: ReadonlyMap<string, Method> = new Map<string, Method>([
  ['isOk', ({ side }) => literal(side === 'value')],
  ['isErr', ({ side }) => literal(side === 'error')],
  ['map', mapped('value')],
  ['asyncMap', mapped('value')],
  ['mapErr', mapped('error')],
  ['andThen', chained('value')],
  ['asyncAndThen', chained('value')],
  ['orElse', chained('error')],
  ['andTee', teed('value')],
  ['orTee', teed('error')],
  ['andThrough', through],
  ['asyncAndThrough', through],
  ['match', ({ side, args, ask }) => ask(args[side === 'value' ? 0 : 1])],
  ['unwrapOr', ({ side, held, args }) => (side === 'value' ? held : (args[0] ?? UNDEFINED))],
  ['_unsafeUnwrap', unwrapped('value')],
  ['_unsafeUnwrapErr', unwrapped('error')],
])

function mapped(wanted: 'value' | 'error'): Method {
  const name = wanted === 'value' ? 'neverthrow.Ok' : 'neverthrow.Err'
  return ({ result, side, args, ask }) => (side === wanted ? makeResult(name, ask(args[0])) : result)
}

function chained(wanted: 'value' | 'error'): Method {
  return ({ result, side, args, ask }) => (side === wanted ? ask(args[0]) : result)
}

function teed(wanted: 'value' | 'error'): Method {
  return ({ result, side, args, ask }) => {
    if (side === wanted) ask(args[0])
    return result
  }
}

function through({ result, side, args, ask }: MethodCall): Value {
  const answer = side === 'value' ? ask(args[0]) : result
  return sideOf(answer) === 'error' ? answer : result
}

function unwrapped(wanted: 'value' | 'error'): Method {
  return ({ side, held }) => {
    if (side === wanted) return held
    throw new Thrown(makeError('Object', literal(`Called \`${wanted}\` on the other side of a result`)))
  }
}
