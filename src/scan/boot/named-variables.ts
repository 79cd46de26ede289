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
 * Variables that the app names and no start was seen to read, in a scan that follows only what leads to one route: others
 * may call the code that reads them at import, e.g. a constructor.
 */
export function listUnread({ named, environment }: BootFacts): string[] {
  const read = new Set([...environment.map(({ name }) => name), 'NODE_ENV'])
  return named.filter((name) => !read.has(name))
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
