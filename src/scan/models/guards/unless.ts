import { type Call, callFunctionLike } from '../../interpret/call.ts'
import { decide } from '../../interpret/decisions.ts'
import { describePackage } from '../../interpret/express-value.ts'
import { type Machine, noteUnresolved } from '../../interpret/machine.ts'
import {
  knownString,
  literal,
  native,
  type PackageValue,
  type RequestValue,
  UNDEFINED,
  type Value,
} from '../../interpret/values.ts'
import type { ts } from '../../syntax/syntax.ts'
import type { Expression } from '../../types.ts'
import { testPattern } from '../text.ts'

/**
 * `middleware.unless({ path, method, custom })` of express-unless, which express-jwt brings along: a middleware that is
 * left out for the requests that its options name (express-unless/dist/index.js). Null for any other call.
 */
export function callUnless(machine: Machine, callee: PackageValue, { self, args }: Call): Value | null {
  const last = callee.steps.at(-1)
  if (last?.kind !== 'member' || last.name !== 'unless') return null
  if (self?.kind !== 'function' && self?.kind !== 'package') return null
  const name = self.kind === 'function' ? self.name || '(anonymous)' : describePackage(self)
  const guarded = native(name, ([request, response, next], node) => {
    const isLeftOut = request?.kind === 'request' && leavesOut(machine, { request, options: args[0], node })
    const given = [request, response, next].map((arg) => arg ?? UNDEFINED)
    return isLeftOut
      ? callFunctionLike(machine, { callee: next ?? UNDEFINED, self: null, args: [], node })
      : callFunctionLike(machine, { callee: self, self: null, args: given, node })
  })
  return self.kind === 'function' ? { ...guarded, stands: self } : guarded
}

interface Asked {
  readonly request: RequestValue
  readonly options: Value | undefined
  readonly node: ts.Node
}

function leavesOut(machine: Machine, { request, options, node }: Asked): boolean {
  if (options?.kind === 'function') return isChosen(machine, options, { request, node })
  const option = (name: string): Value | undefined =>
    options?.kind === 'object' ? options.fields.get(name) : undefined
  const custom = option('custom')
  if (custom?.kind === 'function' && isChosen(machine, custom, { request, node })) return true
  const method = request.fields.get('method')
  if (namesMethod(option('method'), method) === true) return true
  const paths = listOf(option('path'))
  const answers = paths.map((path) => matches(path, pathsOf(request), method))
  if (answers.includes(true)) return true
  if (answers.includes(null) || (options !== undefined && options.kind !== 'object'))
    noteUnresolved(machine, 'whether the middleware is left out for this path is not known', node)
  return false
}

function isChosen(machine: Machine, custom: Value, { request, node }: Omit<Asked, 'options'>): boolean {
  const value = callFunctionLike(machine, { callee: custom, self: null, args: [request], node })
  return decide(machine, value.kind === 'promise' ? value.value : value, node)
}

function listOf(value: Value | undefined): readonly Value[] {
  if (!value) return []
  return value.kind === 'array' ? value.items : [value]
}

/** `'GET'`, `['GET', 'POST']`; null: not known. */
function namesMethod(names: Value | undefined, method: Value | undefined): boolean | null {
  if (!names) return false
  const asked = knownString(method)
  const known = listOf(names).map(knownString)
  if (asked === null || known.includes(null)) return null
  return known.includes(asked)
}

/** A text is the whole path, a pattern may match anywhere in it; `{ url, methods }` is for these methods only. */
function matches(path: Value, asked: readonly string[], method: Value | undefined): boolean | null {
  const url = path.kind === 'object' ? (path.fields.get('url') ?? path) : path
  const methods = path.kind === 'object' ? (path.fields.get('methods') ?? path.fields.get('method')) : undefined
  const isMethod = methods ? namesMethod(methods, method) : true
  if (isMethod === false || asked.length === 0) return isMethod === false ? false : null
  const answers = new Set(asked.map((text) => matchesPath(url, text)))
  const [answer = null] = answers.size === 1 ? answers : [null]
  return answer === true ? isMethod : answer
}

function matchesPath(url: Value, text: string): boolean | null {
  const fixed = knownString(url)
  if (fixed !== null) return fixed === text
  const found = testPattern(url, literal(text))
  return found?.kind === 'literal' ? Boolean(found.value) : null
}

/** What stands for a parameter: whatever pattern a path is asked for, these show whether it hangs on the parameter. */
const SAMPLES = ['1', 'a', 'b7c4-x']

/** The path that a request for the route has, once for each sample; empty: not known. */
function pathsOf({ fields }: RequestValue): readonly string[] {
  const url = fields.get('originalUrl')
  const parts = url?.kind === 'symbol' && url.expression.kind === 'operation' ? url.expression.operands : []
  const path = parts.flatMap((part) => partsOfPath(part))
  return path.length === 0 ? [] : [...new Set(SAMPLES.map((sample) => path.map((part) => part ?? sample).join('')))]
}

function partsOfPath(part: Expression): (string | null)[] {
  if (part.kind === 'literal') return [String(part.value)]
  if (part.kind !== 'operation') return [null]
  return part.name === 'query string' ? [] : part.operands.flatMap(partsOfPath)
}
