import { readFileSync } from 'node:fs'
import { UserError } from '../errors.ts'
import { getMember } from './access.ts'
import { defineCommonJs, readCommonJs, requireModule } from './common-js.ts'
import { evaluate } from './evaluate.ts'
import { executeStatement, hoistFunctions } from './execute.ts'
import { LimitReached, type Machine, type Module, noteUnresolved, Thrown, unknownValue } from './machine.ts'
import { globalScope } from './models/globals.ts'
import { createScope, findCell, readCell, type Scope } from './scope.ts'
import { relativePath, ts } from './syntax.ts'
import { type NamespaceValue, UNDEFINED, type Value } from './values.ts'

/** Runs the top level of a file once. A file that fails half-way keeps what it had defined. */
export function loadModule(machine: Machine, file: string): Module {
  const loaded = machine.modules.get(file)
  if (loaded) return loaded
  assertReadable(machine, file)
  const { tree, errors } = machine.parser.parse(file)
  const module: Module = {
    file,
    scope: createScope(globalScope(machine), UNDEFINED),
    exports: new Map(),
    stars: [],
    errors,
  }
  machine.modules.set(file, module)
  const { run, steps } = machine
  machine.run = null
  machine.steps = 0
  machine.loading.push(file)
  try {
    runTopLevel(machine, module, tree)
  } finally {
    machine.loading.pop()
    machine.run = run
    machine.steps = steps
  }
  return module
}

function assertReadable(machine: Machine, file: string): void {
  try {
    readFileSync(file)
  } catch (cause) {
    throw new UserError(
      `${relativePath(machine.root, file)} can't be read: ${cause instanceof Error ? cause.message : cause}`,
      {
        hint: 'Make the file readable; the app imports it.',
        cause,
      },
    )
  }
}

function runTopLevel(machine: Machine, module: Module, tree: ts.SourceFile): void {
  defineCommonJs(machine, module)
  for (const statement of tree.statements) if (ts.isImportDeclaration(statement)) bindImport(machine, module, statement)
  hoistFunctions(machine, tree.statements, module.scope)
  for (const statement of tree.statements) {
    try {
      runModuleStatement(machine, module, statement)
    } catch (error) {
      if (error instanceof Thrown)
        noteUnresolved(machine, 'the top level throws here as far as analysis can tell', statement)
      else if (error instanceof LimitReached || error instanceof RangeError)
        noteUnresolved(machine, 'analysis stopped at its limit', statement)
      else throw error
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
        value: requireModule(machine, statement.moduleReference.expression.text, module.file),
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
  exportDeclared(module, statement)
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
    const file = machine.files.resolve(specifier, module.file)
    if (file) loadModule(machine, file)
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
    const file = specifier && machine.files.resolve(specifier, module.file)
    if (file) module.stars.push(file)
    return
  }
  if (ts.isNamespaceExport(clause)) {
    module.exports.set(clause.name.text, () => readImport(machine, module, specifier ?? '', '*', statement))
    return
  }
  for (const element of clause.elements) {
    const imported = (element.propertyName ?? element.name).text
    module.exports.set(element.name.text, () =>
      specifier === null
        ? readName(module.scope, imported)
        : readImport(machine, module, specifier, imported, statement),
    )
  }
}

function readImport(machine: Machine, module: Module, specifier: string, name: string, node: ts.Node): Value {
  if (specifier.replace('node:', '') === 'process') return processImport(machine, name, node)
  const file = machine.files.resolve(specifier, module.file)
  if (!file) {
    if (machine.files.isLocal(specifier) && !specifier.endsWith('.json'))
      noteUnresolved(machine, `no file for the import '${specifier}'`, node)
    return packageImport(specifier, name)
  }
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
  return readCommonJs(module, name)
}
