import { isProjectPath } from '../project/project-path.ts'
import type { Expression } from '../types.ts'
import { type LiteralValue, type ObjectValue, type PackageValue, symbol, type Value } from './values.ts'

const REQUEST_PARTS = ['body', 'query', 'params', 'headers', 'cookies'] as const

/** The serialisable form of a value. Depth is bounded: objects of the code may be cyclic. */
export function express(value: Value, depth = 6): Expression {
  switch (value.kind) {
    case 'literal':
      if (value.value === undefined) return { kind: 'undefined' }
      return expressLiteral(value.value)
    case 'symbol':
      return value.expression
    case 'object':
      return {
        kind: 'object',
        open: value.open || depth === 0,
        fields:
          depth === 0
            ? {}
            : Object.fromEntries(shownFields(value).map(([key, field]) => [key, express(field, depth - 1)])),
      }
    case 'array':
      return {
        kind: 'array',
        open: value.open || depth === 0,
        items: depth === 0 ? [] : value.items.map((item) => express(item, depth - 1)),
      }
    case 'promise':
      return express(value.value, depth)
    case 'package':
      return {
        kind: 'operation',
        name: describePackage(value),
        operands: depth === 0 ? [] : lastArguments(value).map((arg) => express(arg, depth - 1)),
      }
    case 'request':
      return {
        kind: 'object',
        open: false,
        fields: Object.fromEntries(
          REQUEST_PARTS.map((from) => [
            from,
            express(value.fields.get(from) ?? symbol({ kind: 'input', from, path: [] }), depth - 1),
          ]),
        ),
      }
    case 'table':
      return tableExpression(value.name)
    case 'query':
      return {
        kind: 'operation',
        name: 'query',
        operands: [...(value.table ? [value.table.name] : []), ...value.joins].map(tableExpression),
      }
    default:
      return { kind: 'operation', name: value.kind, operands: [] }
  }
}

function tableExpression(name: string): Expression {
  return { kind: 'operation', name: 'table', operands: [{ kind: 'literal', value: name }] }
}

/** An expression larger than this tells a reader nothing, and its text grows with every use. */
const SIZE_LIMIT = 400
const sizes = new WeakMap<Expression, number>()

/** The expression, or, when it has grown too large, one that says no more than how it was made. */
export function limitSize(expression: Expression): Expression {
  if (expression.kind !== 'operation' || expression.operands.every(isLeaf)) return expression
  if (sizeOf(expression) <= SIZE_LIMIT) return expression
  return { kind: 'operation', name: `large ${expression.name}`, operands: [] }
}

function isLeaf({ kind }: Expression): boolean {
  return kind !== 'operation' && kind !== 'object' && kind !== 'array'
}

function sizeOf(expression: Expression): number {
  if (isLeaf(expression)) return 1
  const known = sizes.get(expression)
  if (known !== undefined) return known
  const parts =
    expression.kind === 'operation'
      ? expression.operands
      : expression.kind === 'array'
        ? expression.items
        : expression.kind === 'object'
          ? Object.values(expression.fields)
          : []
  const size = parts.reduce((sum, part) => sum + sizeOf(part), 1)
  sizes.set(expression, size)
  return size
}

/** JSON has no NaN, no infinity, and no zero below zero. */
function expressLiteral(value: NonNullable<LiteralValue['value']> | null): Expression {
  if (typeof value === 'string' && isProjectPath(value))
    return { kind: 'operation', name: 'path of the project', operands: [] }
  if (typeof value === 'bigint') return { kind: 'literal', value: Number(value) }
  if (typeof value === 'number' && !Number.isFinite(value))
    return { kind: 'operation', name: String(value), operands: [] }
  return { kind: 'literal', value: value === 0 ? 0 : value }
}

/** What JSON and a spread see of an object. */
export function shownFields(value: ObjectValue): (readonly [string, Value])[] {
  return [...value.fields].filter(([key]) => !value.hidden.has(key) && !key.startsWith('#'))
}

function lastArguments(value: PackageValue): readonly Value[] {
  const last = value.steps.at(-1)
  return last && last.kind !== 'member' ? last.args : []
}

/** `stripe.charges.create` for a chain, without its calls. */
export function describePackage(value: PackageValue): string {
  const members = value.steps.flatMap((step) => (step.kind === 'member' && step.name !== 'default' ? [step.name] : []))
  return [value.module, ...members].join('.')
}
