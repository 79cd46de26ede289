import { ts } from '../syntax/syntax.ts'
import type { Machine } from './machine.ts'
import { loadModule } from './modules.ts'
import { findCell, readCell, type Scope } from './scope.ts'
import { array, type ClassValue, UNDEFINED, type Value } from './values.ts'

type NamedType = ts.ClassDeclaration | ts.InterfaceDeclaration | ts.TypeAliasDeclaration

/** What a type name means: a declaration of the project, or a type of a package. */
export type Declared =
  | { readonly kind: 'declaration'; readonly node: NamedType; readonly file: string }
  | { readonly kind: 'package'; readonly module: string; readonly name: string }

/** Looks a type name up as the file sees it: its own declarations, imports of types too, and what those files pass on. */
export function findDeclared(
  machine: Machine,
  file: string,
  name: string,
  seen: ReadonlySet<string> = new Set(),
): Declared | null {
  if (seen.has(`${file} ${name}`)) return null
  const deeper = new Set([...seen, `${file} ${name}`])
  const { tree } = machine.parser.parse(file)
  for (const statement of tree.statements) {
    if (isNamedType(statement) && (statement.name?.text ?? 'default') === name)
      return { kind: 'declaration', node: statement, file }
  }
  for (const statement of tree.statements) {
    if (!ts.isImportDeclaration(statement) || !ts.isStringLiteral(statement.moduleSpecifier)) continue
    const imported = importedName(statement, name)
    if (imported !== null)
      return findExported(machine, { file, specifier: statement.moduleSpecifier.text }, imported, deeper)
  }
  return null
}

function isNamedType(node: ts.Statement): node is NamedType {
  return ts.isClassDeclaration(node) || ts.isInterfaceDeclaration(node) || ts.isTypeAliasDeclaration(node)
}

function importedName({ importClause }: ts.ImportDeclaration, name: string): string | null {
  if (importClause?.name?.text === name) return 'default'
  const bindings = importClause?.namedBindings
  if (!bindings || !ts.isNamedImports(bindings)) return null
  const element = bindings.elements.find((one) => one.name.text === name)
  return element ? (element.propertyName ?? element.name).text : null
}

interface Source {
  readonly file: string
  readonly specifier: string
}

function findExported(
  machine: Machine,
  { file: from, specifier }: Source,
  name: string,
  seen: ReadonlySet<string>,
): Declared | null {
  const file = machine.files.resolve(specifier, from)?.file ?? null
  if (file === null) return { kind: 'package', module: specifier, name }
  if (file.endsWith('.json')) return null
  const { tree } = machine.parser.parse(file)
  for (const statement of tree.statements) {
    if (name === 'default' && isNamedType(statement) && isDefault(statement))
      return { kind: 'declaration', node: statement, file }
    if (name === 'default' && ts.isExportAssignment(statement) && ts.isIdentifier(statement.expression))
      return findDeclared(machine, file, statement.expression.text, seen)
  }
  return findPassedOn(machine, tree, name, seen) ?? findDeclared(machine, file, name, seen)
}

function isDefault(node: NamedType): boolean {
  return node.modifiers?.some((modifier) => modifier.kind === ts.SyntaxKind.DefaultKeyword) ?? false
}

/** `export { A } from './a'`, `export { A as B }`, `export * from './a'`. */
function findPassedOn(machine: Machine, tree: ts.SourceFile, name: string, seen: ReadonlySet<string>): Declared | null {
  const file = tree.fileName
  if (seen.has(`${file} exported ${name}`)) return null
  const deeper = new Set([...seen, `${file} exported ${name}`])
  for (const statement of tree.statements.filter(ts.isExportDeclaration)) {
    const { exportClause, moduleSpecifier } = statement
    const specifier = moduleSpecifier && ts.isStringLiteral(moduleSpecifier) ? moduleSpecifier.text : null
    if (exportClause && ts.isNamedExports(exportClause)) {
      const element = exportClause.elements.find((one) => one.name.text === name)
      const original = (element?.propertyName ?? element?.name)?.text
      if (original === undefined) continue
      if (specifier !== null) return findExported(machine, { file, specifier }, original, deeper)
      if (original !== name) return findDeclared(machine, file, original, deeper)
    } else if (!exportClause && specifier !== null && name !== 'default') {
      const found = findExported(machine, { file, specifier }, name, deeper)
      if (found?.kind === 'declaration') return found
    }
  }
  return null
}

/** The class of a declaration, which its module makes; null when something else came of it. */
export function classOf(machine: Machine, declared: Declared | null): ClassValue | null {
  if (declared?.kind !== 'declaration' || !ts.isClassDeclaration(declared.node)) return null
  const { scope } = loadModule(machine, declared.file)
  const cell = findCell(scope, declared.node.name?.text ?? 'default')
  const value = cell ? readCell(cell) : null
  return value?.kind === 'class' ? value : null
}

/** The name of a type reference without arguments of its own, e.g. `Repo` of `Repo<User>`; null for any other type. */
export function typeName(type: ts.TypeNode | undefined): string | null {
  if (!type) return null
  if (ts.isUnionTypeNode(type)) {
    const [only, ...others] = type.types.filter((one) => !isNothing(one))
    return others.length === 0 ? typeName(only) : null
  }
  return ts.isTypeReferenceNode(type) && ts.isIdentifier(type.typeName) ? type.typeName.text : null
}

function isNothing(type: ts.TypeNode): boolean {
  return (
    type.kind === ts.SyntaxKind.UndefinedKeyword ||
    (ts.isLiteralTypeNode(type) && type.literal.kind === ts.SyntaxKind.NullKeyword)
  )
}

/** The class that a type annotation names, whether the file imports it as a value or as a type. */
export function classOfType(machine: Machine, type: ts.TypeNode | undefined): ClassValue | null {
  const name = typeName(type)
  if (!type || name === null) return null
  return classOf(machine, findDeclared(machine, type.getSourceFile().fileName, name))
}

/** What `emitDecoratorMetadata` writes for a class or a member. */
export function designType(
  machine: Machine,
  type: ClassValue,
  { design, member }: { design: string; member: string | null },
): Value | null {
  const found = type.node.members.find((one) =>
    member === null ? ts.isConstructorDeclaration(one) && one.body : one.name?.getText() === member,
  )
  if (!found) return null
  const asValue = (node: ts.TypeNode | undefined): Value => typeValue(machine, node, type.scope)
  if (design === 'design:paramtypes')
    return ts.isFunctionLike(found) ? array(found.parameters.map((parameter) => asValue(parameter.type))) : null
  if (design === 'design:returntype') return ts.isMethodDeclaration(found) ? asValue(found.type) : null
  if (design !== 'design:type') return null
  return ts.isPropertyDeclaration(found) ? asValue(found.type) : globalValue('Function', type.scope)
}

function typeValue(machine: Machine, type: ts.TypeNode | undefined, scope: Scope): Value {
  switch (type?.kind) {
    case ts.SyntaxKind.StringKeyword:
      return globalValue('String', scope)
    case ts.SyntaxKind.NumberKeyword:
      return globalValue('Number', scope)
    case ts.SyntaxKind.BooleanKeyword:
      return globalValue('Boolean', scope)
    case ts.SyntaxKind.ArrayType:
      return globalValue('Array', scope)
    default:
      return classOfType(machine, type) ?? globalValue('Object', scope)
  }
}

function globalValue(name: string, scope: Scope): Value {
  const cell = findCell(scope, name)
  return cell ? readCell(cell) : UNDEFINED
}
