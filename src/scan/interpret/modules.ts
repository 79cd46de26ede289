import { globalScope } from '../models/globals.ts'
import { relativePath, ts } from '../syntax/syntax.ts'
import { getMember } from './access.ts'
import { defineCommonJs, readCommonJs, requireModule } from './common-js.ts'
import { evaluate } from './evaluate.ts'
import { executeStatement, hoistFunctions } from './execute.ts'
import { resolveImport } from './find-import.ts'
import { jsonModule } from './json-module.ts'
import { type Machine, type Module, noteRecord, noteUnresolved, unknownValue } from './machine.ts'
import { createScope, findCell, readCell, type Scope } from './scope.ts'
import { describeStop } from './stops.ts'
import { type NamespaceValue, UNDEFINED, type Value } from './values.ts'

/** Runs the top level of a file once. A file that fails half-way keeps what it had defined. */
export function loadModule(machine: Machine, file: string): Module {
  const loaded = machine.modules.get(file)
  if (loaded) return loaded
  const { tree, errors } = machine.parser.parse(file)
  noteUnreadable(machine, file, errors)
  const module: Module = {
    file,
    scope: createScope(globalScope(machine), UNDEFINED),
    exports: new Map(),
    passedOn: new Set(),
    stars: [],
    errors,
  }
  machine.modules.set(file, module)
  const { run, steps, isCaught } = machine
  machine.run = null
  machine.isCaught = false
  machine.steps = 0
  machine.loading.push(file)
  // Who needs the module first says nothing of when it is needed.
  const conditions = machine.startConditions.splice(0)
  try {
    runTopLevel(machine, module, tree)
  } finally {
    machine.loading.pop()
    machine.startConditions.push(...conditions)
    machine.run = run
    machine.steps = steps
    machine.isCaught = isCaught
  }
  return module
}

/** A file that can't be read, or only in part, is a record; everything else is read all the same. */
function noteUnreadable(machine: Machine, file: string, errors: Module['errors']): void {
  const failure = machine.files.disk.failure(file)
  const at = { file: relativePath(machine.root, file), line: 1 }
  if (failure !== null) noteRecord(machine, { what: 'this file can not be read', text: failure, at })
  const [first] = errors
  if (first) noteRecord(machine, { what: `syntax error: ${first.message}`, text: '', at: { ...at, line: first.line } })
}

function runTopLevel(machine: Machine, module: Module, tree: ts.SourceFile): void {
  defineCommonJs(machine, module)
  for (const statement of tree.statements) if (ts.isImportDeclaration(statement)) bindImport(machine, module, statement)
  hoistFunctions(machine, tree.statements, module.scope)
  for (const statement of tree.statements) {
    try {
      runModuleStatement(machine, module, statement)
    } catch (error) {
      noteUnresolved(machine, describeStop(error), statement)
    }
  }
}

function runModuleStatement(machine: Machine, module: Module, statement: ts.Statement): void {
  if (ts.isImportDeclaration(statement)) return
  if (ts.isImportEqualsDeclaration(statement)) {
    if (
      ts.isExternalModuleReference(statement.moduleReference) &&
      ts.isStringLiteralLike(statement.moduleReference.expression)
    ) {
      module.scope.cells.set(statement.name.text, {
        value: requireModule(machine, statement.moduleReference.expression.text, {
          from: module.file,
          node: statement,
        }),
      })
    }
    return
  }
  if (ts.isExportDeclaration(statement)) return bindReExport(machine, module, statement)
  if (ts.isExportAssignment(statement)) {
    const value = evaluate(machine, statement.expression, module.scope)
    module.exports.set(statement.isExportEquals ? 'export=' : 'default', () => value)
    return
  }
  executeStatement(machine, statement, module.scope)
  markLate(module, statement)
  exportDeclared(module, statement)
}

/** `let db: Database` and `let isReady = false` at the top level. */
function markLate(module: Module, statement: ts.Statement): void {
  if (!ts.isVariableStatement(statement)) return
  for (const declaration of statement.declarationList.declarations) {
    const cell = ts.isIdentifier(declaration.name) ? module.scope.cells.get(declaration.name.text) : undefined
    if (!cell) continue
    if (!declaration.initializer) cell.late = declaration
    else if (isLet(statement) && isScalar(cell.value)) cell.start = { declaration, value: cell.value }
  }
}

function isLet({ declarationList }: ts.VariableStatement): boolean {
  return (declarationList.flags & ts.NodeFlags.Const) === 0
}

/** What begins as nothing is filled when it is first needed, which is followed. */
function isScalar(value: Value): boolean {
  return value.kind === 'literal' && value.value !== null && value.value !== undefined
}

function exportDeclared(module: Module, statement: ts.Statement): void {
  const modifiers = ts.canHaveModifiers(statement) ? (ts.getModifiers(statement) ?? []) : []
  if (!modifiers.some((modifier) => modifier.kind === ts.SyntaxKind.ExportKeyword)) return
  const isDefault = modifiers.some((modifier) => modifier.kind === ts.SyntaxKind.DefaultKeyword)
  for (const name of declaredNames(statement)) {
    module.exports.set(isDefault ? 'default' : name, () => readName(module.scope, name))
  }
}

function declaredNames(statement: ts.Statement): string[] {
  if (ts.isVariableStatement(statement))
    return statement.declarationList.declarations.flatMap((declaration) => bindingNames(declaration.name))
  if (ts.isFunctionDeclaration(statement) || ts.isClassDeclaration(statement))
    return [statement.name?.text ?? 'default']
  if (ts.isEnumDeclaration(statement)) return [statement.name.text]
  return []
}

function bindingNames(name: ts.BindingName): string[] {
  if (ts.isIdentifier(name)) return [name.text]
  return name.elements.flatMap((element) => (ts.isBindingElement(element) ? bindingNames(element.name) : []))
}

function readName(scope: Scope, name: string): Value | null {
  const cell = findCell(scope, name)
  return cell ? readCell(cell) : null
}

function bindImport(machine: Machine, module: Module, statement: ts.ImportDeclaration): void {
  const specifier = ts.isStringLiteral(statement.moduleSpecifier) ? statement.moduleSpecifier.text : ''
  const clause = statement.importClause
  if (!clause) {
    if (specifier === 'express-async-errors') machine.waitsForAsync = true
    const file = resolveImport(machine, specifier, { from: module.file, node: statement })
    if (file && !file.endsWith('.json')) loadWhole(machine, file)
    return
  }
  if (clause.isTypeOnly) return
  const bind = (local: string, imported: string): void => {
    module.scope.cells.set(local, {
      value: UNDEFINED,
      read: () => readImport(machine, module, specifier, imported, statement),
    })
  }
  if (clause.name) bind(clause.name.text, 'default')
  if (!clause.namedBindings) return
  if (ts.isNamespaceImport(clause.namedBindings)) return bind(clause.namedBindings.name.text, '*')
  for (const element of clause.namedBindings.elements) {
    if (!element.isTypeOnly) bind(element.name.text, (element.propertyName ?? element.name).text)
  }
}

function bindReExport(machine: Machine, module: Module, statement: ts.ExportDeclaration): void {
  if (statement.isTypeOnly) return
  const specifier =
    statement.moduleSpecifier && ts.isStringLiteral(statement.moduleSpecifier) ? statement.moduleSpecifier.text : null
  const clause = statement.exportClause
  if (!clause) {
    const file = specifier && resolveImport(machine, specifier, { from: module.file, node: statement })
    if (file) module.stars.push(file)
    return
  }
  if (ts.isNamespaceExport(clause)) {
    module.passedOn.add(clause.name.text)
    module.exports.set(clause.name.text, () => readImport(machine, module, specifier ?? '', '*', statement))
    return
  }
  for (const element of clause.elements) {
    const imported = (element.propertyName ?? element.name).text
    if (specifier !== null) module.passedOn.add(element.name.text)
    module.exports.set(element.name.text, () =>
      specifier === null
        ? readName(module.scope, imported)
        : readImport(machine, module, specifier, imported, statement),
    )
  }
}

function readImport(machine: Machine, module: Module, specifier: string, name: string, node: ts.Node): Value {
  if (specifier.replace('node:', '') === 'process') return processImport(machine, name, node)
  const file = resolveImport(machine, specifier, { from: module.file, node })
  if (!file) return packageImport(specifier, name)
  if (file.endsWith('.json')) return jsonModule(machine, file, name)
  const imported = loadModule(machine, file)
  if (name === '*') return namespaceOf(machine, imported)
  const found = readExport(machine, imported, name) ?? hoistedFunction(machine, imported, name)
  if (found) return found
  const isHalfWay = machine.loading.includes(imported.file)
  const what = isHalfWay
    ? `'${specifier}' imports this file in turn, and ${name} is not there yet`
    : `'${specifier}' does not export ${name}`
  return unknownValue(machine, what, node)
}

/**
 * Runs a file that is imported for what it does, and the files that it passes on: decorators and registrations in them
 * have their effect though nobody reads their exports.
 */
export function loadWhole(machine: Machine, file: string, seen: Set<string> = new Set()): Module {
  seen.add(file)
  const module = loadModule(machine, file)
  for (const statement of machine.parser.parse(file).tree.statements.filter(ts.isExportDeclaration)) {
    const { moduleSpecifier } = statement
    if (statement.isTypeOnly || !moduleSpecifier || !ts.isStringLiteral(moduleSpecifier)) continue
    const passedOn = machine.files.resolve(moduleSpecifier.text, file)?.file
    if (passedOn && !passedOn.endsWith('.json') && !seen.has(passedOn)) loadWhole(machine, passedOn, seen)
  }
  return module
}

/** In a cycle of imports, functions are there before their module has run. */
function hoistedFunction(machine: Machine, module: Module, name: string): Value | null {
  const value = machine.loading.includes(module.file) ? module.scope.cells.get(name)?.value : undefined
  return value?.kind === 'function' ? value : null
}

/** `import process from 'node:process'` is the global one. */
function processImport(machine: Machine, name: string, node: ts.Node): Value {
  const cell = findCell(globalScope(machine), 'process')
  if (!cell) return UNDEFINED
  return name === 'default' || name === '*' ? cell.value : getMember(machine, cell.value, name, node)
}

export function packageImport(specifier: string, name: string): Value {
  const module = specifier.replace(/^node:/, '')
  return { kind: 'package', module, steps: name === '*' ? [] : [{ kind: 'member', name }] }
}

export function namespaceOf(machine: Machine, module: Module): NamespaceValue {
  return {
    kind: 'namespace',
    file: module.file,
    member: (name) => readExport(machine, module, name),
    names: () => exportedNames(machine, module),
  }
}

function exportedNames(machine: Machine, module: Module, seen: ReadonlySet<string> = new Set()): string[] {
  if (seen.has(module.file)) return []
  const deeper = new Set([...seen, module.file])
  const passedOn = module.stars.flatMap((file) => exportedNames(machine, loadModule(machine, file), deeper))
  return [...new Set([...module.exports.keys(), ...passedOn.filter((name) => name !== 'default')])]
}

/** What a module exports under a name, through `export *` and CommonJS too; null when it does not. */
function readExport(
  machine: Machine,
  module: Module,
  name: string,
  seen: ReadonlySet<string> = new Set(),
): Value | null {
  const own = module.exports.get(name)?.()
  if (own) return own
  for (const file of module.stars) {
    if (seen.has(file) || name === 'default') continue
    const found = readExport(machine, loadModule(machine, file), name, new Set([...seen, module.file]))
    if (found) return found
  }
  return readCommonJs(machine, module, name)
}
