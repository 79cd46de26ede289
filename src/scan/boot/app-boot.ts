import type { Machine } from '../interpret/machine.ts'
import type { FoundApp } from '../routes/find-app.ts'
import { relativePath, ts } from '../syntax/syntax.ts'
import { walkSyntax } from '../syntax/walk-syntax.ts'
import type { AppBoot } from '../types.ts'

/** How the app comes to be: where it is made, what holds it, and where it listens. */
export function readAppBoot(machine: Machine, { router, entry }: FoundApp): AppBoot {
  const made = findMaking(machine, router)
  const listeners = machine.listeners.filter(({ app }) => app === router)
  return {
    ...entry,
    madeAt: router.at,
    madeIn: made ? describeMaker(made) : null,
    holder: made ? describeHolder(machine, made) : null,
    listensAt: listeners.map(({ at }) => at),
    startFile: listeners[0] ? relativePath(machine.root, listeners[0].file) || listeners[0].at.file : null,
    isFilledAfterListen: listeners.some(({ registered }) => registered < router.registrations.length),
  }
}

/** The call of `express()`. */
export function findMaking(machine: Machine, { at }: FoundApp['router']): ts.CallExpression | null {
  return findCall(machine, `${machine.root}/${at.file}`, at.line)
}

function findCall(machine: Machine, file: string, line: number): ts.CallExpression | null {
  const { tree } = machine.parser.parse(file)
  for (const node of walkSyntax(tree)) {
    if (!ts.isCallExpression(node) || node.arguments.length > 0) continue
    if (tree.getLineAndCharacterOfPosition(node.getStart(tree)).line + 1 === line) return node
  }
  return null
}

function describeMaker(made: ts.Node): AppBoot['madeIn'] {
  let current = made.parent
  while (current && !ts.isFunctionLike(current)) {
    if (ts.isPropertyDeclaration(current)) return null
    current = current.parent
  }
  if (!current || !ts.isFunctionLike(current)) return null
  const modifiers = ts.canHaveModifiers(current) ? (ts.getModifiers(current) ?? []) : []
  return {
    name: nameOf(current),
    parameters: current.parameters.map((parameter) => parameter.name.getText()),
    isAsync: modifiers.some(({ kind }) => kind === ts.SyntaxKind.AsyncKeyword),
    isImmediate: isCalledAtOnce(current),
  }
}

function nameOf(node: ts.SignatureDeclaration): string {
  if (ts.isConstructorDeclaration(node)) return 'constructor'
  if (node.name) return node.name.getText()
  const { parent } = node
  return ts.isVariableDeclaration(parent) || ts.isPropertyAssignment(parent) ? parent.name.getText() : '(anonymous)'
}

function isCalledAtOnce(node: ts.Node): boolean {
  let current = node
  while (ts.isParenthesizedExpression(current.parent)) current = current.parent
  return ts.isCallExpression(current.parent) && current.parent.expression === current
}

/** `this.app = express()` and `app = express()` as a field of a class. */
export function describeHolder(machine: Machine, made: ts.Node): AppBoot['holder'] {
  const property = propertyOf(made)
  let owner: ts.Node = made
  while (owner.parent && !ts.isClassLike(owner)) owner = owner.parent
  if (property === null || !ts.isClassLike(owner)) return null
  const exported = findExported(machine, owner)
  return { className: owner.name?.text ?? '(anonymous)', property, ...exported }
}

function propertyOf(made: ts.Node): string | null {
  const { parent } = made
  if (ts.isPropertyDeclaration(parent)) return parent.name.getText()
  if (!ts.isBinaryExpression(parent) || !ts.isPropertyAccessExpression(parent.left)) return null
  const { left } = parent
  return left.expression.kind === ts.SyntaxKind.ThisKeyword ? left.name.text : null
}

function findExported(machine: Machine, owner: ts.Node): { exportName: string | null; isInstance: boolean } {
  const found = { exportName: null, isInstance: false }
  for (const module of machine.modules.values()) {
    for (const [exportName, read] of module.exports) {
      const value = read()
      if (value?.kind === 'class' && value.node === owner) return { exportName, isInstance: false }
      if (value?.kind === 'object' && value.type?.kind === 'class' && value.type.node === owner)
        return { exportName, isInstance: true }
    }
  }
  return found
}
