import { type CaseSyntax, descend, ts } from './syntax.ts'

/** Every use of a value by its name: no property names, no declarations, no types. */
export function findReferences(node: ts.Node): ts.Identifier[] {
  return descend(node).filter((child): child is ts.Identifier => ts.isIdentifier(child) && isReference(child))
}

/** Uses of a name that the case does not declare itself. */
export function findFreeReferences(test: Pick<CaseSyntax, 'body'>, name?: string): ts.Identifier[] {
  return findReferences(test.body).filter(
    (identifier) => (name === undefined || identifier.text === name) && findDeclaration(identifier) === null,
  )
}

/** Every name that the case declares. */
export function findBindings(node: ts.Node): ts.Identifier[] {
  return descend(node).filter((child): child is ts.Identifier => ts.isIdentifier(child) && isBinding(child))
}

/** Where a used name is declared inside the case, by block; null when it comes from outside. */
export function findDeclaration(reference: ts.Identifier): ts.Identifier | null {
  let scope: ts.Node | undefined = reference.parent
  while (scope) {
    const found = declaredBy(scope).find((name) => name.text === reference.text)
    if (found) return found
    scope = scope.parent
  }
  return null
}

function declaredBy(scope: ts.Node): ts.Identifier[] {
  if (ts.isBlock(scope)) return scope.statements.flatMap(declaredByStatement)
  if (ts.isFunctionLike(scope)) return scope.parameters.flatMap((parameter) => namesOf(parameter.name))
  if (ts.isForOfStatement(scope) && ts.isVariableDeclarationList(scope.initializer))
    return namesOfList(scope.initializer)
  return []
}

function declaredByStatement(statement: ts.Statement): ts.Identifier[] {
  if (ts.isFunctionDeclaration(statement)) return statement.name ? [statement.name] : []
  return ts.isVariableStatement(statement) ? namesOfList(statement.declarationList) : []
}

function namesOfList(list: ts.VariableDeclarationList): ts.Identifier[] {
  return list.declarations.flatMap((declaration) => namesOf(declaration.name))
}

function namesOf(name: ts.BindingName): ts.Identifier[] {
  if (ts.isIdentifier(name)) return [name]
  return name.elements.flatMap((element) => (ts.isBindingElement(element) ? namesOf(element.name) : []))
}

function isBinding(node: ts.Identifier): boolean {
  const { parent } = node
  return 'name' in parent && parent.name === node && (isValueBinding(parent) || ts.isDeclarationStatement(parent))
}

function isValueBinding(parent: ts.Node): boolean {
  return (
    ts.isVariableDeclaration(parent) ||
    ts.isParameter(parent) ||
    ts.isBindingElement(parent) ||
    ts.isFunctionExpression(parent) ||
    ts.isClassLike(parent)
  )
}

function isReference(node: ts.Identifier): boolean {
  const { parent } = node
  if (ts.isShorthandPropertyAssignment(parent)) return parent.name === node
  if (ts.isBindingElement(parent)) return parent.initializer === node
  if (ts.isLabeledStatement(parent) || ts.isBreakOrContinueStatement(parent) || ts.isMetaProperty(parent)) return false
  return !('name' in parent && parent.name === node)
}
