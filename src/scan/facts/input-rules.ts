import { askedParts, partsOf } from '../expressions.ts'
import type { Expression, InputSource, Shape, TraceEvent } from '../types.ts'

export type ValidateEvent = Extract<TraceEvent, { kind: 'validate' }>
export type InputExpression = Extract<Expression, { kind: 'input' }>

/** What a validator asks of one input. */
export interface Rule {
  readonly input: InputExpression
  readonly shape: Shape
}

/** The rules of a schema over the request, over one of its parts, or over one field. */
export function rulesOf(event: Pick<ValidateEvent, 'subject' | 'shape'>): Rule[] {
  return askedParts(event.subject, event.shape).flatMap(({ part, shape }) => {
    if (part.kind === 'input') return rulesInside({ input: part, shape })
    const [input, ...others] = readIn([part])
    if (!input || others.length > 0 || isFoundByText(input, shape)) return []
    return rulesInside({ input, shape: ofConverted(shape) })
  })
}

/** A header or a cookie is text: what has fields, as the claims of a token, was only found by it. */
function isFoundByText({ from, path }: InputExpression, { type }: Shape): boolean {
  return type === 'object' && path.length > 0 && (from === 'headers' || from === 'cookies')
}

/** Rules for what the code made of an input, e.g. of `Number(req.params.id)`. */
function ofConverted(shape: Shape): Shape {
  return shape.type === 'number' ? { ...shape, coerced: true } : { ...shape, refined: true }
}

function rulesInside({ input, shape }: Rule): Rule[] {
  const inner = innerShapes(shape).flatMap(([name, field]) =>
    rulesInside({ input: { ...input, path: [...input.path, pathName(input.from, name)] }, shape: field }),
  )
  return [{ input, shape }, ...inner]
}

/** The fields of an object, and what stands for each item of a list. */
function innerShapes(shape: Shape): (readonly [string, Shape])[] {
  if (shape.type === 'object') return Object.entries(shape.fields)
  return shape.type === 'array' && shape.item.type === 'object' ? [['0', shape.item]] : []
}

export function pathName(from: InputSource, name: string): string {
  return from === 'headers' ? name.toLowerCase() : name
}

/** The inputs that expressions read; what is read of a list, its length or an item, is read of the list. */
export function readIn(expressions: readonly Expression[]): InputExpression[] {
  return expressions.flatMap(partsOf).flatMap((part) => {
    if (part.kind !== 'input') return []
    const isOfList = part.path.length > 1 && /^(?:length|\d+)$/.test(part.path.at(-1) ?? '')
    return isOfList ? [{ ...part, path: part.path.slice(0, -1) }] : [part]
  })
}
