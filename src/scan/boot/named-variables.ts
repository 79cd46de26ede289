import type { Machine } from '../interpret/machine.ts'
import { ts } from '../syntax/syntax.ts'
import { walkSyntax } from '../syntax/walk-syntax.ts'
import type { BootFacts } from '../types.ts'
import type { PartOf } from './boot-facts.ts'

/** Variables that files of the app name, inside of functions too: what a request will ask for. In the order of names. */
export function listNamed(machine: Machine, partOf: PartOf): string[] {
  const files = [...machine.modules.keys()].filter((file) => partOf(file) !== null)
  const names = files.flatMap((file) => {
    const { tree } = machine.parser.parse(file)
    return tree.text.includes('process.env') ? [...walkSyntax(tree)].flatMap(namesIn) : []
  })
  return [...new Set(names)].sort()
}

/**
 * Variables that only files name which were loaded for the facts of the start alone: what routers that were left out do
 * with them at import, e.g. in the constructors that they call, nobody looked at.
 */
export function listUnread(machine: Machine, { environment }: BootFacts, early: ReadonlySet<string>): string[] {
  const [known, late] = [
    listNamed(machine, (file) => (early.has(file) ? 'app' : null)),
    listNamed(machine, (file) => (early.has(file) ? null : 'app')),
  ]
  const read = new Set([...known, ...environment.map(({ name }) => name), 'NODE_ENV'])
  return late.filter((name) => !read.has(name))
}

function namesIn(node: ts.Node): string[] {
  if (ts.isPropertyAccessExpression(node)) return isEnvironment(node.expression) ? [node.name.text] : []
  if (ts.isElementAccessExpression(node)) {
    const { argumentExpression: name } = node
    return isEnvironment(node.expression) && ts.isStringLiteralLike(name) ? [name.text] : []
  }
  if (!ts.isVariableDeclaration(node) || !ts.isObjectBindingPattern(node.name)) return []
  if (!node.initializer || !isEnvironment(node.initializer)) return []
  return node.name.elements.flatMap(({ propertyName, name }) => {
    const key = propertyName ?? name
    return ts.isIdentifier(key) ? [key.text] : []
  })
}

function isEnvironment(node: ts.Expression): boolean {
  return ts.isPropertyAccessExpression(node) && node.getText() === 'process.env'
}
