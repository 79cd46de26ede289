import { ts } from '../syntax/syntax.ts'

/**
 * How code outside of the class gets at a property of it: by its name, or by a method or getter that returns it, as in
 * `getServer()`, when it is private. Null: not at all.
 */
export function howToRead(
  made: ts.Node,
  property: string,
): { readonly property: string; readonly constructorParameters: readonly ts.ParameterDeclaration[] } | null {
  let owner = made
  while (owner.parent && !ts.isClassLike(owner)) owner = owner.parent
  if (!ts.isClassLike(owner)) return null
  const { members } = owner
  const found = members.find((member) => member.name?.getText() === property)
  const read = found && isHidden(found) ? findReader(members, property) : property
  if (read === null) return null
  const declared = members.find(ts.isConstructorDeclaration)
  return { property: read, constructorParameters: declared?.parameters ?? [] }
}

function isHidden(member: ts.ClassElement): boolean {
  if (member.name && ts.isPrivateIdentifier(member.name)) return true
  const modifiers = ts.canHaveModifiers(member) ? (ts.getModifiers(member) ?? []) : []
  return modifiers.some(({ kind }) => kind === ts.SyntaxKind.PrivateKeyword || kind === ts.SyntaxKind.ProtectedKeyword)
}

function findReader(members: readonly ts.ClassElement[], property: string): string | null {
  for (const member of members) {
    if (!(ts.isMethodDeclaration(member) || ts.isGetAccessorDeclaration(member)) || isHidden(member)) continue
    const [statement] = member.body?.statements ?? []
    const returned = statement && ts.isReturnStatement(statement) ? statement.expression?.getText() : null
    if (returned === `this.${property}`) return `${member.name.getText()}${ts.isMethodDeclaration(member) ? '()' : ''}`
  }
  return null
}
