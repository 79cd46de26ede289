import { getMember, setMember } from '../../interpret/access.ts'
import { callFunctionLike } from '../../interpret/call.ts'
import { decide } from '../../interpret/decisions.ts'
import { itemOf } from '../../interpret/loops.ts'
import { type Machine, noteUnresolved } from '../../interpret/machine.ts'
import { isCertainlyNothing } from '../../interpret/nothing.ts'
import { Thrown } from '../../interpret/stops.ts'
import {
  literal,
  object,
  operation,
  type PackageValue,
  type RequestValue,
  UNDEFINED,
  type Value,
} from '../../interpret/values.ts'
import type { ts } from '../../syntax/syntax.ts'
import type { Expression, InputSource } from '../../types.ts'
import { type ChainCall, optionOf } from './chains.ts'
import { unknownShape } from './shape-parts.ts'
import { recordValidation } from './validation.ts'
import { type Chain, readChains } from './validator-chains.ts'
import { decideFields, type Field, type Part } from './validator-decision.ts'
import { chainShape } from './validator-rules.ts'

interface ChainRun {
  readonly middleware: PackageValue
  readonly request: RequestValue
  readonly node: ts.Node
}

const checked = new WeakMap<RequestValue, Part[]>()

/** The chains that have run on the request so far. */
export function checkedParts(request: RequestValue): readonly Part[] {
  return checked.get(request) ?? []
}

/** Runs the chains of one middleware: rules are kept until they are asked for, callbacks run, sanitizers write. */
export function runChains(machine: Machine, run: ChainRun): readonly Part[] {
  const parts = partsOf(machine, run)
  checked.set(run.request, [...checkedParts(run.request), ...parts])
  return parts
}

function partsOf(machine: Machine, run: ChainRun): Part[] {
  const group = readChains(run.middleware)
  if (group.kind === 'unknown') {
    noteUnresolved(machine, 'what this validator checks is not known', run.node)
    return []
  }
  if (group.kind === 'one') {
    const alternatives = group.alternatives.map((chains) => chains.flatMap((chain) => fieldsOf(machine, chain, run)))
    return [{ alternatives, fields: alternatives.flat(), outcome: null }]
  }
  return group.chains.flatMap((chain) =>
    fieldsOf(machine, chain, run).map((field) => runField(machine, { chain, field, run })),
  )
}

function fieldsOf(machine: Machine, chain: Chain, run: ChainRun): Field[] {
  if (!chain.fields) {
    noteUnresolved(machine, 'which field this validator checks is not known before a run', run.node)
    return []
  }
  return chain.fields.map((name) => {
    const path = readPath(name)
    const from = chain.from === 'any' ? placeOf(machine, run.request, path) : chain.from
    const calls = chain.calls.some(({ name: call }) => call === 'if') ? null : chain.calls
    const known = calls && !path.includes('**') ? chainShape(calls, chain.text) : unknownShape(chain.text)
    const start = getMember(machine, run.request, from, run.node)
    return { from, start, path: from === 'headers' ? path.map((part) => part.toLowerCase()) : path, shape: known }
  })
}

/** `items.*.qty`, `items[0].qty`, `["a.b"]`. */
function readPath(name: string): string[] {
  return [...name.matchAll(/\[\s*(["']?)(.+?)\1\s*\]|([^.[\]]+)/g)].map((match) => match[2] ?? match[3] ?? '')
}

/** `check` looks everywhere; where the field is sent is a matter of the route. */
function placeOf(machine: Machine, request: RequestValue, path: readonly string[]): InputSource {
  const parameter: Expression = { kind: 'input', from: 'params', path: path.slice(0, 1) }
  if (machine.run?.certain(parameter)) return 'params'
  const method = request.fields.get('method')
  return method?.kind === 'literal' && /^(?:GET|DELETE|HEAD)$/.test(String(method.value)) ? 'query' : 'body'
}

/** A field whose callbacks refuse it is refused, whatever its rules say. */
function runField(machine: Machine, { chain, field, run }: { chain: Chain; field: Field; run: ChainRun }): Part {
  const refused = refusedByCallback(machine, { chain, field, run })
  if (refused !== null) {
    const value = fieldValue(machine, field, run)
    const shape = unknownShape(chain.text)
    recordValidation(machine, { validator: 'express-validator', value, shape, node: run.node }, !refused)
  }
  sanitize(machine, { chain, field, run })
  return { alternatives: [[field]], fields: [field], outcome: refused ? false : null }
}

interface FieldRun {
  readonly chain: Chain
  readonly field: Field
  readonly run: ChainRun
}

/** Null: no callback was asked. */
function refusedByCallback(machine: Machine, { chain, field, run }: FieldRun): boolean | null {
  const callbacks = chain.calls.flatMap((call, index) => (call.name === 'custom' ? [{ index, call }] : []))
  if (callbacks.length === 0) return null
  const value = fieldValue(machine, field, run)
  const optional = chain.calls.find(({ name }) => name === 'optional')
  if (optional && isLeftOut(machine, { value, optional, node: run.node })) return null
  for (const { index, call } of callbacks) {
    const before = chain.calls.slice(0, index)
    const shape = chainShape(before, chain.text)
    if (before.some(({ name }) => name === 'bail') && !decideFields(machine, [[{ ...field, shape }]], run.node))
      return true
    if (!accepts(machine, { callback: call.args[0], value, field, run })) return true
  }
  return false
}

function isLeftOut(
  machine: Machine,
  { value, optional, node }: { value: Value; optional: ChainCall; node: ts.Node },
): boolean {
  const values = optionOf(optional.args, 'values') ?? optionOf(optional.args, 'checkFalsy')
  if (values) return !decide(machine, value, node)
  const isNullable = optionOf(optional.args, 'nullable') !== undefined
  const missing = isNullable ? operation('is nullish', value) : operation('===', value, UNDEFINED)
  return decide(machine, missing, node)
}

function accepts(
  machine: Machine,
  { callback, value, field, run }: { callback: Value | undefined; value: Value; field: Field; run: ChainRun },
): boolean {
  if (!callback) return true
  const meta = object([
    ['req', run.request],
    ['path', literal(field.path.join('.'))],
    ['location', literal(field.from)],
  ])
  try {
    const answer = callFunctionLike(machine, { callee: callback, self: null, args: [value, meta], node: run.node })
    if (answer.kind === 'promise') return answer.state === 'fulfilled'
    return answer.kind === 'query' || decide(machine, answer, run.node)
  } catch (error) {
    if (error instanceof Thrown) return false
    throw error
  }
}

function fieldValue(machine: Machine, { start, path }: Field, { node }: ChainRun): Value {
  return path.reduce((owner, name) => {
    // It reads fields as lodash does.
    if (isCertainlyNothing(owner)) return owner
    if (name !== '*') return getMember(machine, owner, name, node)
    return owner.kind === 'symbol' ? itemOf(owner) : operation('item', owner)
  }, start)
}

const SANITIZERS = new Set(['trim', 'toInt', 'toFloat', 'escape', 'normalizeEmail', 'toLowerCase', 'toUpperCase'])
const CHANGING = /^(?:to[A-Z]\w*|ltrim|rtrim|unescape|stripLow|blacklist|whitelist|replace|customSanitizer)$/

/** What the request holds after the chain; fields in lists stay as they are. */
function sanitize(machine: Machine, { chain, field, run }: FieldRun): void {
  const name = field.path.at(-1)
  if (name === undefined || field.path.includes('*')) return
  const before = fieldValue(machine, field, run)
  let value = before
  for (const call of chain.calls) {
    const [first] = call.args
    if (call.name === 'default' && first) value = operation('default', value, first)
    else if (SANITIZERS.has(call.name)) value = operation(call.name, value)
    else if (CHANGING.test(call.name)) value = operation('parsed', value)
  }
  if (value !== before) {
    const owner = fieldValue(machine, { ...field, path: field.path.slice(0, -1) }, run)
    setMember(machine, owner, name, value)
  }
}
