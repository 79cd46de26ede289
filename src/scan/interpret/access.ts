import { noteRead } from '../boot/boot-log.ts'
import { arrayMember, keepItems } from '../models/arrays.ts'
import { collectionMember } from '../models/collections.ts'
import { inheritedFromPackage } from '../models/containers/containers.ts'
import { databaseMember } from '../models/drizzle/database.ts'
import { queryMember } from '../models/drizzle/queries.ts'
import { requestMember, responseMember } from '../models/exchange.ts'
import { registrationMember, routerMember } from '../models/express.ts'
import { globalScope } from '../models/globals.ts'
import { packageMember } from '../models/packages.ts'
import { promiseMember } from '../models/promises.ts'
import { noteTaker } from '../models/request-members.ts'
import { resultMember } from '../models/results.ts'
import { textMember } from '../models/text.ts'
import { ts } from '../syntax/syntax.ts'
import type { Expression } from '../types.ts'
import { NODE_ENV } from './assumptions.ts'
import { callFunctionLike } from './call.ts'
import { bindFunction, bindNative, callSetter, findMethod } from './classes.ts'
import { express, limitSize } from './express-value.ts'
import { noteInputRead } from './input-reads.ts'
import { lacksMember } from './known-types.ts'
import { type Machine, noteUnresolved, setField, unknownValue } from './machine.ts'
import { settleRow } from './missing-rows.ts'
import { isNothing, makeNothing, refuseNothing } from './nothing.ts'
import { findCell, readCell } from './scope.ts'
import {
  type ArrayValue,
  array,
  isNullish,
  literal,
  native,
  type ObjectValue,
  operation,
  symbol,
  UNDEFINED,
  type Value,
} from './values.ts'

/** The value of `owner.name`. */
export function getMember(machine: Machine, owner: Value, name: string, node: ts.Node): Value {
  switch (owner.kind) {
    case 'literal':
      if (!isNullish(owner)) return textMember(machine, owner, name) ?? UNDEFINED
      refuseNothing(machine, owner, { use: `Cannot read properties of % (reading '${name}')`, node })
      return unknownValue(machine, `member of ${owner.value}`, node)
    case 'symbol':
      settleRow(machine, owner.expression, node)
      if (isNothing(machine, owner))
        refuseNothing(machine, owner, { use: `Cannot read properties of % (reading '${name}')`, node })
      return writtenField(machine, owner.expression, name) ?? symbolMember(machine, owner.expression, { name, node })
    case 'object':
      return objectMember(machine, owner, name, node)
    case 'array':
      return arrayMember(machine, owner, name)
    case 'function':
      return (
        owner.fields.get(name) ??
        bindFunction(machine, owner, name) ??
        (name === 'name' ? literal(owner.name) : UNDEFINED)
      )
    case 'class':
      return classMember(machine, owner, name)
    case 'native':
      return owner.fields.get(name) ?? bindNative(owner, name) ?? UNDEFINED
    case 'package':
      return packageMember(machine, owner, name)
    case 'promise':
      return promiseMember(machine, owner, name)
    case 'router':
      return routerMember(machine, owner, name)
    case 'registration':
      return registrationMember(machine, owner, name)
    case 'table':
      return tableMember(owner, name)
    case 'db':
      return databaseMember(machine, owner, name)
    case 'query':
      return queryMember(machine, owner, name)
    case 'request':
      if (name === 'signedCookies') noteUnresolved(machine, 'cookies read here are signed, which no input shows', node)
      return requestMember(machine, owner, name)
    case 'response':
      return responseMember(machine, owner, name)
    case 'namespace':
      return owner.member(name) ?? UNDEFINED
    default:
      return owner satisfies never
  }
}

function symbolMember(
  machine: Machine,
  expression: Expression,
  { name, node }: { name: string; node: ts.Node },
): Value {
  if (lacksMember(expression, name)) return UNDEFINED
  if (expression.kind === 'column' && name === 'enumValues') return columnEnum(machine, expression)
  if (expression.kind === 'input' && expression.path.length === 0 && !isCallee(node)) {
    // The route's path has no such parameter.
    if (machine.run?.certain(extend(expression, name)) === false) return makeNothing(machine, undefined)
    noteInputRead(machine, { from: expression.from, name, node })
  }
  if (expression.kind !== 'operation' || expression.name !== 'process.env') return symbol(extend(expression, name))
  if (name === 'NODE_ENV') return NODE_ENV
  noteRead(machine, name, node)
  return symbol({ kind: 'env', name })
}

/** `req.query.hasOwnProperty(...)` reads no field of that name. */
function isCallee(node: ts.Node): boolean {
  return ts.isCallExpression(node.parent) && node.parent.expression === node
}

function columnEnum(machine: Machine, expression: Extract<Expression, { kind: 'column' }>): Value {
  const columns = machine.tables.get(expression.table)?.columns
  const values = columns?.find(({ key }) => key === expression.column)?.enumValues
  return values ? array(values.map((value) => literal(value))) : symbol(extend(expression, 'enumValues'))
}

function classMember(machine: Machine, owner: Extract<Value, { kind: 'class' }>, name: string): Value {
  if (name === 'prototype') return owner.prototype
  let type: Value | null = owner
  for (; type?.kind === 'class'; type = type.base) {
    const found = type.statics.get(name)
    if (found) return found
  }
  if (name === 'name') return literal(owner.name)
  // Decorators may add to a class, and so may the package that one of its bases comes from.
  const isPlain = type === null && owner.decorations.length === 0 && !(name in Function.prototype)
  return isPlain ? makeNothing(machine, undefined) : UNDEFINED
}

function tableMember(owner: Extract<Value, { kind: 'table' }>, name: string): Value {
  const column = owner.columns.find((candidate) => candidate.key === name)
  if (!column && name === 'enableRLS') return native(name, () => owner)
  return column ? symbol({ kind: 'column', table: owner.name, column: column.key }) : UNDEFINED
}

function objectMember(machine: Machine, owner: ObjectValue, name: string, node: ts.Node): Value {
  const own = owner.fields.get(name)
  if (own) return own
  const getter = owner.getters.get(name)
  if (getter) return callFunctionLike(machine, { callee: getter, self: owner, args: [], node })
  const method = findMethod(machine, owner, { name, node })
  if (method) return method
  const inherited = inheritedFromPackage(machine, owner, name)
  if (inherited) return inherited
  const collection = collectionMember(machine, owner, name) ?? resultMember(machine, owner, name)
  if (collection) return collection
  const spread = [...owner.fields].findLast(([key]) => key.startsWith('...'))?.[1]
  if (spread?.kind === 'symbol') return getMember(machine, spread, name, node)
  if (name === 'constructor' && owner.type?.kind === 'class') return owner.type
  if (name === 'constructor' && owner.type?.kind === 'builtin') {
    const cell = findCell(globalScope(machine), owner.type.name)
    if (cell) return readCell(cell)
  }
  return owner.open ? symbol({ kind: 'operation', name: `field ${name}`, operands: [] }) : UNDEFINED
}

/** The expression of a member: paths of inputs and results grow, anything else becomes an operation. */
export function extend(expression: Expression, name: string): Expression {
  if (expression.kind === 'input') {
    // A header's name has no case; what follows is a member of its text.
    const isHeader = expression.from === 'headers' && expression.path.length === 0
    const key = isHeader ? name.toLowerCase() : name
    return { ...expression, path: [...expression.path, key] }
  }
  if (expression.kind === 'result') return { ...expression, path: [...expression.path, name] }
  if (expression.kind === 'object' && expression.fields[name]) return expression.fields[name]
  const present = presentPart(expression)
  if (present) return extend(present, name)
  return limitSize({ kind: 'operation', name: 'member', operands: [expression, { kind: 'literal', value: name }] })
}

/** What has the members that are read of `row ?? null` and `row || null`. */
function presentPart(expression: Expression): Expression | null {
  if (expression.kind !== 'operation' || !/^(?:\?\?|\|\|)$/.test(expression.name)) return null
  const [first, second] = expression.operands
  const isNone = second?.kind === 'undefined' || (second?.kind === 'literal' && second.value === null)
  return first && isNone ? first : null
}

/** Writes `owner.name = value`; a value that only a run knows keeps what is written to it for the rest of the run. */
export function setMember(machine: Machine, owner: Value, name: string, value: Value): void {
  switch (owner.kind) {
    case 'object':
      if (callSetter(machine, owner, name, value)) return
      if (name === 'name') owner.hidden.delete(name)
      return setField(machine, owner.fields, name, name === 'exports' ? value : nameMethod(value, name))
    case 'function':
    case 'request':
    case 'response':
      return setField(machine, owner.fields, name, value)
    case 'class':
      return setField(machine, owner.statics, name, value)
    case 'router':
      return setField(machine, owner.settings, name, value)
    case 'array':
      return setItem(machine, owner, name, value)
    case 'symbol':
      return writeField(machine, owner.expression, name, value)
    default:
  }
}

/** `exports.list = async () => { ... }`, `X.prototype.list = async function () { ... }`: a reader calls it `list`. */
function nameMethod(value: Value, name: string): Value {
  return value.kind === 'function' && value.name === '' ? { ...value, name } : value
}

function setItem(machine: Machine, owner: ArrayValue, name: string, value: Value): void {
  if (!/^\d+$/.test(name)) return
  keepItems(machine, owner)
  while (owner.items.length < Number(name)) owner.items.push(UNDEFINED)
  owner.items[Number(name)] = value
}

function writeField(machine: Machine, expression: Expression, name: string, value: Value): void {
  const { run } = machine
  if (!run) return
  const key = run.keyOf(expression)
  const fields = run.written.get(key) ?? new Map<string, Value>()
  fields.set(name, value)
  run.written.set(key, fields)
}

/** What the code wrote there in this run. */
export function writtenField(machine: Machine, expression: Expression, name: string): Value | null {
  if (!machine.run || machine.run.written.size === 0) return null
  return machine.run.written.get(machine.run.keyOf(expression))?.get(name) ?? null
}

/** `delete owner.name`. */
export function deleteMember(machine: Machine, owner: Value, name: string): void {
  if (owner.kind === 'symbol') return writeField(machine, owner.expression, name, UNDEFINED)
  if (owner.kind !== 'object' && owner.kind !== 'request' && owner.kind !== 'response') return
  const before = owner.fields.get(name)
  if (!before) return
  machine.run?.journal.push(() => owner.fields.set(name, before))
  owner.fields.delete(name)
}

/** Writes to a member whose name only a run knows: every later read of a field that is not listed is unknown. */
export function setUnknownMember(machine: Machine, owner: Value, key: Value, value: Value): void {
  const entry = operation('entry', key, value)
  if (owner.kind === 'object') setField(machine, owner.fields, `...${owner.fields.size}`, entry)
  if (owner.kind === 'request') noteTaker(machine, owner, entry)
  if (owner.kind === 'symbol') writeField(machine, owner.expression, `...${express(key).kind}`, entry)
}
