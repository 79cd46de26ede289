import type { Machine } from '../../interpret/machine.ts'
import { object, type Value } from '../../interpret/values.ts'
import type { ts } from '../../syntax/syntax.ts'
import type { InputSource, Shape } from '../../types.ts'
import { objectShape, unionShape } from './shape-parts.ts'
import { decideValidation } from './validation.ts'
import { addRules, emptyTree, type RuleTree, treeShape } from './validator-tree.ts'

/** One field that a chain of express-validator looks at. */
export interface Field {
  readonly from: InputSource
  /** The part of the request that the field is in. */
  readonly start: Value
  readonly path: readonly string[]
  readonly shape: Shape
}

/** What has been checked of a request and, while the outcome is null, not been asked for yet. */
export interface Part {
  /** One set of fields, or alternatives of which one must be right. */
  readonly alternatives: readonly (readonly Field[])[]
  readonly fields: readonly Field[]
  outcome: boolean | null
}

/** Whether all of them are right: decided now where it has not been. */
export function decideParts(machine: Machine, parts: readonly Part[], node: ts.Node): boolean {
  if (parts.some(({ outcome }) => outcome === false)) return false
  for (const group of groupParts(parts.filter(({ outcome }) => outcome === null))) {
    const fits = decideFields(machine, group.alternatives, node)
    for (const part of group.parts) part.outcome = fits
    if (!fits) return false
  }
  return true
}

interface PartGroup {
  readonly parts: Part[]
  readonly alternatives: readonly (readonly Field[])[]
}

/** As many chains in one decision as say nothing of each other's fields. */
function groupParts(parts: readonly Part[]): PartGroup[] {
  const groups: { parts: Part[]; fields: Field[]; trees: Trees }[] = []
  const others: PartGroup[] = []
  for (const part of parts) {
    const [field] = part.fields
    if (part.alternatives.length !== 1 || !field) {
      others.push({ parts: [part], alternatives: part.alternatives })
      continue
    }
    const group = groups.find(({ trees }) => addField(trees, field))
    if (group) {
      group.parts.push(part)
      group.fields.push(field)
      continue
    }
    const trees: Trees = new Map()
    addField(trees, field)
    groups.push({ parts: [part], fields: [field], trees })
  }
  return [...groups.map((group) => ({ parts: group.parts, alternatives: [group.fields] })), ...others]
}

type Trees = Map<InputSource, RuleTree>

function addField(trees: Trees, { from, path, shape }: Field): boolean {
  const tree = trees.get(from) ?? emptyTree()
  trees.set(from, tree)
  return addRules(tree, path, shape)
}

/** Decides fields of one part of the request by themselves, of several as an object of those parts. */
export function decideFields(machine: Machine, alternatives: readonly (readonly Field[])[], node: ts.Node): boolean {
  if (alternatives.some((fields) => fields.every(({ shape }) => acceptsAll(shape)))) return true
  const starts = new Map(alternatives.flat().map(({ from, start }) => [from, start]))
  const [only, ...more] = starts.values()
  if (!only) return true
  const shapes = alternatives.map((fields) => (more.length === 0 ? partShape(fields) : wholeShape(fields)))
  const [first, ...others] = shapes
  const shape = first && others.length === 0 ? first : unionShape(shapes)
  const value = more.length === 0 ? only : object(starts)
  return decideValidation(machine, { validator: 'express-validator', value, shape, node })
}

function acceptsAll(shape: Shape): boolean {
  return shape.type === 'any' && shape.optional && shape.nullable && !shape.refined
}

function wholeShape(fields: readonly Field[]): Shape {
  const sources = [...new Set(fields.map(({ from }) => from))]
  const parts = sources.map((from) => [from, partShape(fields.filter((field) => field.from === from))])
  return objectShape(Object.fromEntries(parts))
}

/** Two chains about one field would need a shape for both; what the second asks is then not shown. */
function partShape(fields: readonly Field[]): Shape {
  const tree = emptyTree()
  const isComplete = fields.map(({ path, shape }) => addRules(tree, path, shape)).every(Boolean)
  const shape = treeShape(tree)
  return isComplete ? shape : { ...shape, refined: true }
}
