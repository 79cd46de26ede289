import { extend } from '../../interpret/access.ts'
import { express } from '../../interpret/express-value.ts'
import { knownString, type Value } from '../../interpret/values.ts'
import type { Expression, Shape } from '../../types.ts'
import { type JoiCall, readJoiValue } from './joi-shapes.ts'
import { numberOf } from './scalar-rules.ts'

/** What a method of an object schema does to its fields; null when it is none that is read. */
export function changeJoiObject(shape: Shape, call: JoiCall): Shape | null {
  if (shape.type !== 'object') return null
  const { name, args, reading } = call
  const [first] = args
  switch (name) {
    case 'keys':
    case 'append': {
      const added = first ? readJoiValue(first, reading) : null
      if (added?.type !== 'object') return null
      return {
        ...shape,
        strict: added.strict,
        refined: shape.refined || added.refined,
        fields: { ...shape.fields, ...added.fields },
      }
    }
    case 'unknown':
      return { ...shape, strict: first?.kind === 'literal' && first.value === false }
    case 'or':
      return withCheck(shape, anyThere(reading.input, namesOf(args)))
    case 'min':
      return numberOf(first) === 1 ? withCheck(shape, anyThere(reading.input, Object.keys(shape.fields))) : null
    case 'xor':
      return withCheck(shape, oneThere(reading.input, namesOf(args)))
    default:
      return null
  }
}

function withCheck(shape: Shape, check: Expression | null): Shape | null {
  return check && { ...shape, checks: [...shape.checks, check] }
}

function namesOf(args: readonly Value[]): string[] {
  return args.flatMap((arg) => knownString(arg) ?? [])
}

function isThere(input: Value, name: string): Expression {
  const missing = operation('===', extend(express(input), name), { kind: 'undefined' })
  return operation('!', missing)
}

/** At least one of the fields is there. */
function anyThere(input: Value, names: readonly string[]): Expression | null {
  const [first, ...rest] = names.map((name) => isThere(input, name))
  return first ? rest.reduce((before, each) => operation('||', before, each), first) : null
}

/** One of two fields is there, and the other is not. */
function oneThere(input: Value, names: readonly string[]): Expression | null {
  const [first, second, third] = names.map((name) => isThere(input, name))
  return first && second && !third ? operation('!', operation('===', first, second)) : null
}

function operation(name: string, ...operands: readonly Expression[]): Expression {
  return { kind: 'operation', name, operands }
}
