import type { Shape } from '../../types.ts'
import { arrayShape, objectShape } from './shape-parts.ts'

/** What validators say of the fields of one part of the request, by path. */
export interface RuleTree {
  own: Shape | null
  readonly fields: Map<string, RuleTree>
  /** What is said of `*`. */
  item: RuleTree | null
}

export function emptyTree(): RuleTree {
  return { own: null, fields: new Map(), item: null }
}

/** Adds the rules of one field; false, and nothing is added, when the tree says something of it already. */
export function addRules(tree: RuleTree, path: readonly string[], shape: Shape): boolean {
  const [name, ...rest] = path
  if (name === undefined) {
    if (tree.own || !canHold(tree, shape)) return false
    tree.own = shape
    return true
  }
  if (tree.own && !isContainer(tree.own, name)) return false
  const child = (name === '*' ? tree.item : tree.fields.get(name)) ?? emptyTree()
  if ((name === '*' && tree.fields.size > 0) || (name !== '*' && tree.item)) return false
  if (!addRules(child, rest, shape)) return false
  if (name === '*') tree.item = child
  else tree.fields.set(name, child)
  return true
}

function canHold(tree: RuleTree, shape: Shape): boolean {
  if (tree.item) return isContainer(shape, '*')
  return tree.fields.size === 0 || isContainer(shape, '')
}

/** Whether rules for what is inside can stand beside the value's own. */
function isContainer(shape: Shape, name: string): boolean {
  if (shape.type === 'any') return shape.optional
  return name === '*' ? shape.type === 'array' : shape.type === 'object'
}

export function treeShape(tree: RuleTree): Shape {
  const { own, item } = tree
  const isMissable = !own || own.optional
  if (item) {
    const rules = own?.type === 'array' ? own : { lenient: true, optional: isMissable, nullable: !own || own.nullable }
    return { ...arrayShape(treeShape(item)), ...rules, item: treeShape(item) }
  }
  if (tree.fields.size === 0 && own) return own
  const fields = Object.fromEntries([...tree.fields].map(([name, child]) => [name, treeShape(child)]))
  return own?.type === 'object' ? { ...own, fields } : objectShape(fields, { lenient: true })
}
