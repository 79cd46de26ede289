import type { Shape } from '../scan/types.ts'
import type { InputExpression } from './expressions.ts'

/** One way to spoil one field of a good request. */
export interface Mutation {
  readonly name: string
  readonly words: string
  /** Undefined: the field is left out. */
  readonly value: unknown
}

export const MISSING: Mutation = { name: 'missing', words: 'is missing', value: undefined }

/** Bad values for a field, the likeliest mistake first; `shape`: what a validator says of it. */
export function mutationsFor(input: InputExpression, shape: Shape | null): Mutation[] {
  // A path can't go without its parameter, and a list not without an item in its middle.
  const isFixed = input.from === 'params' || /^\d+$/.test(input.path.at(-1) ?? '')
  const absent = isFixed ? [] : [MISSING]
  if (!shape) return [...absent, ...plainMutations(input)]
  return [...absent, ...shapedMutations(shape), ...(shape.checks.length > 0 ? plainMutations(input) : [])]
}

function shapedMutations(shape: Shape): Mutation[] {
  const kind = shape.type === 'unknown' ? 'such value' : shape.type
  const wrongType = { name: 'wrong-type', words: `is no ${kind}`, value: shape.type === 'string' ? 42 : 'x' }
  switch (shape.type) {
    case 'string':
      return [...textMutations(shape), wrongType]
    case 'number':
      return [...numberMutations(shape), wrongType]
    case 'enum': {
      const words = 'is not one of the allowed values'
      return [{ name: 'unknown-value', words, value: 'no-such-value' }, wrongType]
    }
    case 'array':
      return [...(shape.min ? [{ name: 'empty', words: 'is empty', value: [] }] : []), wrongType]
    case 'union':
      return shape.options[0] ? shapedMutations(shape.options[0]) : []
    case 'any':
      return []
    default:
      return [wrongType]
  }
}

/** A longer text would make a test that nobody wants to read. */
const LONGEST = 300

function textMutations(shape: Extract<Shape, { type: 'string' }>): Mutation[] {
  const mutations: Mutation[] = []
  if (shape.format)
    mutations.push({ name: 'malformed', words: `is no ${shape.format}`, value: `not-a-${shape.format}` })
  if (shape.min !== null && shape.min > 0) {
    const words = shape.min === 1 ? 'is empty' : 'is too short'
    mutations.push({ name: 'too-short', words, value: 'x'.repeat(shape.min - 1) })
  }
  if (shape.pattern !== null) mutations.push({ name: 'malformed', words: 'has the wrong form', value: '!' })
  if (shape.max !== null && shape.max < LONGEST)
    mutations.push({ name: 'too-long', words: 'is too long', value: 'x'.repeat(shape.max + 1) })
  return mutations
}

function numberMutations(shape: Extract<Shape, { type: 'number' }>): Mutation[] {
  const mutations: Mutation[] = []
  if (shape.min !== null) mutations.push({ name: 'too-small', words: 'is too small', value: shape.min - 1 })
  if (shape.max !== null) mutations.push({ name: 'too-large', words: 'is too large', value: shape.max + 1 })
  if (shape.above !== null) mutations.push({ name: 'too-small', words: 'is too small', value: shape.above })
  if (shape.below !== null) mutations.push({ name: 'too-large', words: 'is too large', value: shape.below })
  if (shape.integer) mutations.push({ name: 'fraction', words: 'is not a whole number', value: 1.5 })
  return mutations
}

function plainMutations(input: InputExpression): Mutation[] {
  const wrongType = { name: 'wrong-type', words: 'is no number', value: 'not-a-number' }
  const numbers: Mutation[] = [
    { name: 'negative', words: 'is negative', value: -1 },
    { name: 'zero', words: 'is zero', value: 0 },
    { name: 'fraction', words: 'is not a whole number', value: 1.5 },
    { name: 'too-large', words: 'is too large', value: 1_000_000_000 },
  ]
  const texts: Mutation[] = [
    { name: 'too-long', words: 'is too long', value: 'x'.repeat(300) },
    { name: 'malformed', words: 'has the wrong form', value: 'x' },
  ]
  const empty = { name: 'empty', words: 'is empty', value: '' }
  if (input.from === 'params') return [wrongType, ...numbers, ...texts]
  if (input.from !== 'body') return [wrongType, ...numbers, empty, ...texts]
  const types: Mutation[] = [42, true].map((value) => ({ name: 'wrong-type', words: 'has the wrong type', value }))
  return [...numbers, empty, { ...empty, value: [] }, wrongType, ...types, ...texts]
}
