import { runQuery } from '../models/drizzle/queries.ts'
import { callPackage, constructPackage } from '../models/packages.ts'
import { noteGiven } from '../models/request-members.ts'
import { callSymbol } from '../models/symbols.ts'
import { locate, ts } from '../syntax/syntax.ts'
import { keepAssumed } from './assumptions.ts'
import { constructClass } from './classes.ts'
import { evaluate } from './evaluate.ts'
import { executeBlock } from './execute.ts'
import { type CallFrame, DEPTH_LIMIT, type Machine, noteUnresolved, unknownValue } from './machine.ts'
import { makeNothing, refuseNothing } from './nothing.ts'
import { bindPattern, withDefault } from './patterns.ts'
import { clockOf, trackPromise, waitFor } from './pending.ts'
import { recursWithoutEnd } from './recursion.ts'
import { createScope, type Scope } from './scope.ts'
import { LimitReached, Thrown } from './stops.ts'
import { knowByType } from './typed-receivers.ts'
import {
  array,
  type ClassValue,
  type FunctionNode,
  type FunctionValue,
  fulfilled,
  object,
  operation,
  type PromiseValue,
  rejected,
  UNDEFINED,
  type Value,
} from './values.ts'

export interface Call {
  readonly callee: Value
  readonly self: Value | null
  readonly args: readonly Value[]
  readonly node: ts.Node
}

export function makeFunction(
  node: FunctionNode,
  scope: Scope,
  options: { self?: Value; home?: ClassValue } = {},
): FunctionValue {
  const name = node.name && (ts.isIdentifier(node.name) || ts.isStringLiteralLike(node.name)) ? node.name.text : ''
  return {
    kind: 'function',
    name,
    node,
    scope,
    self: options.self ?? null,
    home: options.home ?? null,
    fields: new Map(),
  }
}

export function callFunctionLike(machine: Machine, call: Call): Value {
  const start = clockOf(machine)
  return trackPromise(machine, dispatchCall(machine, call), start)
}

function dispatchCall(machine: Machine, call: Call): Value {
  const { callee } = call
  switch (callee.kind) {
    case 'function':
      return callFunction(machine, callee, call)
    case 'native':
      return keepAssumed(callee.call(call.args, call.node), [call.self, ...call.args])
    case 'package':
      noteGiven(machine, callee, call.args)
      return callPackage(machine, callee, call)
    case 'symbol':
      noteGiven(machine, callee, call.args)
      return callSymbol(machine, call)
    default:
      noteGiven(machine, callee, call.args)
      refuseNothing(machine, callee, { use: '% is not a function', node: call.node })
      if (passesRequestOn(call.args)) return passRequestOn(machine, call)
      return callNothing(machine, call)
  }
}

/** A call of what is no function as far as analysis can tell; what its callbacks fail with is not lost. */
function callNothing(machine: Machine, { callee, args, node }: Call): Value {
  const failure = callCallbacks(machine, args, node)
  noteUnresolved(machine, `call of something that is no function as far as analysis can tell (${callee.kind})`, node)
  return failure ?? operation('call', callee)
}

/**
 * Functions handed to code that we can't see are assumed to be called once. The failure of the first that rejects, which
 * wrappers usually pass on.
 */
export function callCallbacks(machine: Machine, args: readonly Value[], node: ts.Node): PromiseValue | null {
  let failure: PromiseValue | null = null
  for (const arg of args) {
    if (arg.kind !== 'function') continue
    const unknowns = arg.node.parameters.map(({ name }, index) =>
      index === 0 && ERROR.test(name.getText())
        ? operation('callback error')
        : operation('callback argument', { kind: 'literal', value: index }),
    )
    const value = callFunction(machine, arg, { callee: arg, self: null, args: unknowns, node })
    if (value.kind === 'promise' && value.state === 'rejected') failure ??= value
  }
  return failure
}

/** Node's callbacks are told of a failure first. */
const ERROR = /^_?(?:e|err|error)$/i

/** Whether a call hands the whole exchange to middleware: `upload.single('file')(req, res, next)`. */
export function passesRequestOn(args: readonly Value[]): boolean {
  return args.some((arg) => arg.kind === 'response') && args.some((arg) => arg.kind === 'native' && arg.name === 'next')
}

/** Middleware that we can't see is assumed to let the request pass. */
export function passRequestOn(machine: Machine, call: Call): Value {
  noteUnresolved(
    machine,
    'middleware that analysis does not know: whether it lets a request pass is not known',
    call.node,
  )
  const next = call.args.find((arg) => arg.kind === 'native' && arg.name === 'next')
  return next?.kind === 'native' ? next.call([], call.node) : UNDEFINED
}

export function callFunction(machine: Machine, callee: FunctionValue, call: Call): Value {
  if (machine.callStack.length > DEPTH_LIMIT) throw new LimitReached('call depth')
  const isAsync = callee.node.modifiers?.some((modifier) => modifier.kind === ts.SyntaxKind.AsyncKeyword) ?? false
  if (recursWithoutEnd(machine, callee, call.args)) {
    const value = unknownValue(machine, 'how often this function calls itself is only known at run time', call.node)
    return isAsync ? fulfilled(value) : value
  }
  recordSource(machine, callee)
  const frame = { callee, site: call.node, looseLoops: machine.looseLoops.length }
  machine.callStack.push(frame)
  try {
    const value = runBody(machine, callee, call)
    noteMaker(machine, frame, value)
    return isAsync ? adopt(machine, value.kind === 'query' ? runQuery(machine, value) : value) : value
  } catch (error) {
    if (isAsync && error instanceof Thrown) return rejected(error.value)
    throw error
  } finally {
    machine.callStack.pop()
  }
}

/** The outermost call that made an app and gives it to its caller; one that only starts the app gives nothing. */
function noteMaker(machine: Machine, frame: CallFrame, value: Value): void {
  const made = value.kind === 'promise' ? value.value : value
  if (made.kind === 'router' && machine.making.get(made)?.includes(frame)) machine.makers.set(made, frame.callee)
}

/** The promise of an async function that returns the value: it waits for a promise, and is another. */
function adopt(machine: Machine, value: Value): PromiseValue {
  waitFor(machine, value)
  return { ...fulfilled(value) }
}

function runBody(machine: Machine, callee: FunctionValue, call: Call): Value {
  const { node } = callee
  const isArrow = ts.isArrowFunction(node)
  const self = isArrow ? callee.scope.self : (callee.self ?? call.self ?? UNDEFINED)
  const scope = createScope(callee.scope, self, callee.home ?? callee.scope.home)
  if (!isArrow) scope.cells.set('arguments', { value: array(call.args) })
  for (const [index, parameter] of node.parameters.entries()) {
    if (parameter.dotDotDotToken) {
      bindPattern(machine, parameter.name, array(call.args.slice(index)), scope)
      continue
    }
    const given = knowByType(machine, call.args[index] ?? UNDEFINED, parameter)
    bindPattern(machine, parameter.name, withDefault(machine, given, { element: parameter, scope }), scope)
  }
  if (!node.body) return UNDEFINED
  if (!ts.isBlock(node.body)) return evaluate(machine, node.body, scope)
  const completion = executeBlock(machine, node.body.statements, scope)
  if (completion.kind === 'return') return completion.value
  const isKnown = !node.asteriskToken && !machine.callStack.at(-1)?.isCutShort
  return isKnown ? makeNothing(machine, undefined) : UNDEFINED
}

function recordSource(machine: Machine, callee: FunctionValue): void {
  if (!machine.run) return
  const at = locate(machine.root, callee.node)
  const key = `${at.file}:${at.line}:${callee.node.getStart()}`
  if (machine.run.sources.has(key)) return
  machine.run.sources.set(key, { name: callee.name || '(anonymous)', at, text: callee.node.getText() })
}

export function constructValue(machine: Machine, callee: Value, args: readonly Value[], node: ts.Node): Value {
  if (callee.kind === 'class') return constructClass(machine, callee, args, node)
  if (callee.kind === 'native') return callee.call(args, node)
  if (callee.kind === 'package') return constructPackage(machine, callee, args, node)
  if (callee.kind === 'function') {
    const self = object()
    const returned = callFunction(machine, { ...callee, self }, { callee, self, args, node })
    return returned.kind === 'object' ? returned : self
  }
  if (callCallbacks(machine, args, node))
    noteUnresolved(machine, 'whether the failure of a function given to this constructor reaches anybody', node)
  return operation('new', callee, ...args)
}

/** The value that `await` gives: a query runs now, a rejected promise throws. */
export function awaitValue(machine: Machine, value: Value, node: ts.Node): Value {
  waitFor(machine, value)
  if (value.kind === 'promise') {
    if (value.state === 'rejected') throw new Thrown(value.value)
    return awaitValue(machine, value.value, node)
  }
  return value.kind === 'query' ? awaitValue(machine, runQuery(machine, value), node) : value
}

/** Settles what a callback or an async call gives, without throwing. */
export function settle(machine: Machine, compute: () => Value): PromiseValue {
  try {
    const value = compute()
    return value.kind === 'query' ? fulfilled(runQuery(machine, value)) : fulfilled(value)
  } catch (error) {
    if (error instanceof Thrown) return rejected(error.value)
    throw error
  }
}
