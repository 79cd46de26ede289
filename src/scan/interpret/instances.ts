import type { Expression } from '../types.ts'
import { classChain } from './error-values.ts'
import { describePackage, express } from './express-value.ts'
import { isDate, typeOfResult } from './known-types.ts'
import { literal, operation, type PackageValue, type Value } from './values.ts'

/** `left instanceof right`. */
export function isInstance(left: Value, right: Value): Value {
  if (left.kind === 'symbol')
    return literalOrNull(isInstanceOf(left.expression, right)) ?? operation('instanceof', left, classSymbol(right))
  const chain = classChain(left)
  if (right.kind === 'class') return literal(chain.includes(right))
  if (right.kind === 'native')
    return literal(chain.some((type) => type.name === right.name) || (right.name === 'Error' && chain.length > 0))
  if (right.kind === 'package') return isPackageInstance(left, right, chain)
  return operation('instanceof', left, right)
}

/** Dates are dates, and texts and numbers are nobody's instances; null when only a run knows. */
function isInstanceOf(expression: Expression, right: Value): boolean | null {
  if (isDate(expression)) return right.kind === 'native' && /^(?:Date|Object)$/.test(right.name)
  const type = typeOfResult(expression)
  return type === null || type === 'object' ? null : false
}

function literalOrNull(known: boolean | null): Value | null {
  return known === null ? null : literal(known)
}

/** Which class of its package a failure has is only known at run time. */
function isPackageInstance(left: Value, right: PackageValue, chain: ReturnType<typeof classChain>): Value {
  const name = JSON.stringify(express(right))
  const short = right.steps.findLast((step) => step.kind === 'member')
  if (chain.some((type) => type.name === name || type.name === short?.name)) return literal(true)
  const module = left.kind === 'object' ? left.fields.get('#module') : undefined
  const isOwn = module?.kind === 'literal' && String(module.value).split('/')[0] === right.module.split('/')[0]
  return isOwn ? operation('instanceof', literal(describePackage(right))) : literal(false)
}

function classSymbol(value: Value): Value {
  return value.kind === 'class' || value.kind === 'native' ? literal(value.name) : value
}

/** `left in right`. */
export function hasKey(left: Value, right: Value): Value {
  if (left.kind !== 'literal' || right.kind !== 'object') return operation('in', left, right)
  const name = String(left.value)
  if (right.fields.has(name) || right.getters.has(name)) return literal(true)
  for (let type: Value | null = right.type?.kind === 'class' ? right.type : null; type; type = type.base) {
    // What a package's class has is not known.
    if (type.kind !== 'class') return operation('in', left, right)
    if (type.prototype.fields.has(name) || type.prototype.getters.has(name)) return literal(true)
  }
  const mayHaveMore = right.open || [...right.fields.keys()].some((key) => key.startsWith('...'))
  return mayHaveMore ? operation('in', left, right) : literal(false)
}
