import type { Value } from '../../interpret/values.ts'
import { locate, type ts } from '../../syntax/syntax.ts'
import type { SourceLocation } from '../../types.ts'

const DEEPEST = 6

/** Where the calls are written that build a schema, and those it is put together from; not what lies within one of them. */
export function placesOf(root: string, schema: Value): readonly SourceLocation[] {
  const nodes = listNodes(schema, 0)
  const outermost = nodes.filter((node) => !nodes.some((other) => other !== node && contains(other, node)))
  const places = outermost.map((node) => locate(root, node))
  return [...new Map(places.map((place) => [`${place.file}:${place.line}`, place])).values()]
}

function listNodes(value: Value, depth: number): readonly ts.Node[] {
  if (depth > DEEPEST) return []
  if (value.kind === 'object') return [...value.fields.values()].flatMap((field) => listNodes(field, depth + 1))
  if (value.kind === 'array') return value.items.flatMap((item) => listNodes(item, depth + 1))
  if (value.kind !== 'package') return []
  return value.steps.flatMap((step) =>
    step.kind === 'member'
      ? []
      : [...(step.node ? [step.node] : []), ...step.args.flatMap((argument) => listNodes(argument, depth + 1))],
  )
}

function contains(outer: ts.Node, inner: ts.Node): boolean {
  return outer.getSourceFile() === inner.getSourceFile() && outer.pos <= inner.pos && inner.end <= outer.end
}
