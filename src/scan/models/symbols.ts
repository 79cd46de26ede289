import { extend } from '../interpret/access.ts'
import {
  awaitValue,
  type Call,
  callCallbacks,
  callFunctionLike,
  passesRequestOn,
  passRequestOn,
  settle,
} from '../interpret/call.ts'
import { makeError } from '../interpret/error-values.ts'
import { decideFailure } from '../interpret/faults.ts'
import { knownTest } from '../interpret/known-texts.ts'
import { changesDate, isDate } from '../interpret/known-types.ts'
import { itemOf } from '../interpret/loops.ts'
import { type Machine, noteUnresolved } from '../interpret/machine.ts'
import { continuePromise, waitFor } from '../interpret/pending.ts'
import {
  array,
  fulfilled,
  knownString,
  literal,
  operation,
  rejected,
  type SymbolValue,
  symbol,
  UNDEFINED,
  type Value,
} from '../interpret/values.ts'
import type { Expression } from '../types.ts'
import { isIndexOrder } from './drizzle/constraints.ts'
import { staysSql } from './drizzle/raw-parts.ts'
import { startStream } from './exchange.ts'
import { callSession } from './guards/session-methods.ts'
import { isHarmlessResult, isPureMethod } from './pure-methods.ts'

const ITERATING = new Set([
  'map',
  'forEach',
  'filter',
  'find',
  'some',
  'every',
  'flatMap',
  'reduce',
  'sort',
  'findIndex',
])

/** A call on something that only a run knows: a method of an input, of an answer, of an unknown object. */
export function callSymbol(machine: Machine, call: Call): Value {
  const owner = call.self?.kind === 'symbol' ? call.self : null
  const method = owner ? methodName(call.callee) : null
  if (!owner || method === null) return callUnknown(machine, call)
  if (method === 'run' && isContext(owner)) return runInContext(machine, call)
  const ofSession = callSession(machine, owner, method, call)
  if (ofSession) return ofSession
  if (method === 'then' || method === 'catch' || method === 'finally') return continueWith(machine, owner, method, call)
  const [target] = call.args
  if (method === 'pipe' && target?.kind === 'response') {
    startStream(machine, target, call.node)
    return target
  }
  if (owner.expression.kind === 'result') {
    const answered = readAnswer(machine, owner, method, call)
    if (answered) return answered
  }
  if (owner.expression.kind === 'input' && (method === 'get' || method === 'header')) return call.callee
  if (staysSql(owner.expression, method)) return owner
  if (isIndexOrder(owner.expression, method)) return operation(method, owner, ...call.args)
  if (ITERATING.has(method)) return visitItems(machine, owner, method, call)
  const tested = testText(owner, method, call.args)
  if (tested !== null) return literal(tested)
  if (changesDate(method)) return changeDate(machine, owner, method, call)
  if (isPureMethod(owner.expression, method)) return operation(method, owner, ...call.args)
  return callUnknown(machine, call)
}

/** Known where a fixed part of the text is enough to tell. */
function testText(owner: SymbolValue, method: string, [wanted, from]: readonly Value[]): boolean | null {
  const words = from ? null : knownString(wanted)
  return words === null ? null : knownTest(owner, method, words)
}

/** The date itself becomes another, under all its names. */
function changeDate(machine: Machine, owner: SymbolValue, method: string, call: Call): Value {
  const before = owner.expression
  const changed = operation(method, owner, ...call.args)
  if (!isDate(before))
    noteUnresolved(machine, `what else shows the date that ${method}() changes is not known`, call.node)
  machine.run?.journal.push(() => {
    owner.expression = before
  })
  owner.expression = machine.looseLoops.length > 0 ? operation('after a loop', changed).expression : changed.expression
  return operation('getTime', owner)
}

function isContext(owner: SymbolValue): boolean {
  return owner.expression.kind === 'operation' && owner.expression.name === 'AsyncLocalStorage'
}

/** `storage.run(store, callback)` answers what the callback answers. */
function runInContext(machine: Machine, call: Call): Value {
  const [, callee, ...args] = call.args
  return callee ? callFunctionLike(machine, { callee, self: null, args, node: call.node }) : UNDEFINED
}

/** A callback over a list that only a run knows: run for one item, which stands for each. */
function visitItems(machine: Machine, owner: SymbolValue, method: string, call: Call): Value {
  const callback = call.args.find((arg) => arg.kind === 'function')
  if (!callback) return operation(method, owner, ...call.args)
  const items = [itemOf(owner), operation('index', owner)]
  const args =
    method === 'reduce'
      ? [operation('sum', owner), ...items]
      : method === 'sort'
        ? [items[0] ?? owner, operation('item', owner)]
        : items
  machine.looseLoops.push(callback.scope)
  const value = callFunctionLike(machine, { callee: callback, self: null, args, node: call.node })
  machine.looseLoops.pop()
  if (method === 'map') return array([value], true)
  if (method === 'flatMap') return array(value.kind === 'array' ? value.items : [value], true)
  return operation(method, owner)
}

function methodName(callee: Value): string | null {
  if (callee.kind !== 'symbol') return null
  const { expression } = callee
  if (expression.kind === 'input' || expression.kind === 'result') return expression.path.at(-1) ?? null
  const name = expression.kind === 'operation' && expression.name === 'member' ? expression.operands[1] : null
  return name?.kind === 'literal' ? String(name.value) : null
}

function callUnknown(machine: Machine, call: Call): Value {
  if (passesRequestOn(call.args)) return passRequestOn(machine, call)
  const failure = callCallbacks(machine, call.args, call.node)
  if (call.callee.kind !== 'symbol' || !isHarmlessResult(call.callee.expression))
    noteUnresolved(machine, 'call of a function that analysis does not know', call.node)
  return failure ?? operation('call', call.callee, ...call.args)
}

/** `response.json()` and friends; a malformed body is a failure of its own. */
function readAnswer(machine: Machine, owner: SymbolValue, method: string, call: Call): Value | null {
  if (method === 'json' && call.args.length === 0) {
    const condition: Expression = { kind: 'operation', name: 'malformed', operands: [owner.expression] }
    if (decideFailure(machine, condition, call.node)) {
      return rejected(makeError('SyntaxError', literal('Unexpected end of JSON input')))
    }
    return fulfilled(symbol(extend(owner.expression, 'json')))
  }
  if (method === 'text' || method === 'arrayBuffer' || method === 'blob')
    return fulfilled(symbol(extend(owner.expression, method)))
  return null
}

function continueWith(machine: Machine, owner: SymbolValue, method: string, call: Call): Value {
  const [callback] = call.args
  if (call.args.some((arg) => arg.kind === 'native' && arg.name === 'next')) waitFor(machine, owner)
  if (method !== 'then' || !callback) return owner
  const result = settle(machine, () => {
    const value = callFunctionLike(machine, { callee: callback, self: null, args: [owner], node: call.node })
    return awaitValue(machine, value, call.node)
  })
  return continuePromise(machine, owner, result)
}
