import { typeRegistry } from '../models/containers/injection.ts'
import { instantiate } from '../models/containers/instantiate.ts'
import { isAside } from '../project/entries.ts'
import { ts } from '../syntax/syntax.ts'
import { callFunctionLike } from './call.ts'
import { classOf, type Declared, findDeclared, typeName } from './declared-types.ts'
import { type Machine, noteUnresolved } from './machine.ts'
import { loadModule } from './modules.ts'
import { findCell, readCell } from './scope.ts'
import { type ClassValue, type DbValue, object, operation, type Value } from './values.ts'

/** The types that Drizzle gives its databases, and the driver that each stands for. */
const DATABASES = new Map([
  ['NodePgDatabase', 'node-postgres'],
  ['PostgresJsDatabase', 'postgres-js'],
  ['NeonHttpDatabase', 'neon-http'],
  ['NeonDatabase', 'neon-serverless'],
  ['VercelPgDatabase', 'vercel-postgres'],
  ['PgliteDatabase', 'pglite'],
  ['PgDatabase', 'pg-core'],
  ['LibSQLDatabase', 'libsql'],
  ['BetterSQLite3Database', 'better-sqlite3'],
  ['BunSQLiteDatabase', 'bun-sqlite'],
  ['DrizzleD1Database', 'd1'],
  ['BaseSQLiteDatabase', 'sqlite-core'],
  ['MySql2Database', 'mysql2'],
  ['MySqlDatabase', 'mysql-core'],
  ['PlanetScaleDatabase', 'planetscale-serverless'],
])

/**
 * What a parameter or property of unknown value is by its declared type: an instance of the project's class, of the only
 * class that implements the interface, or a database. It is inference, and on record as such. Null: the type does not tell.
 */
export function valueOfType(machine: Machine, type: ts.TypeNode | undefined, node: ts.Node): Value | null {
  if (!type || depths.get(machine) === DEPTH) return null
  const depth = depths.get(machine) ?? 0
  depths.set(machine, depth + 1)
  try {
    return infer(machine, type, node)
  } finally {
    depths.set(machine, depth)
  }
}

/** The value, or, where nothing at all is known of it, what its declared type says. */
export function knowByType(
  machine: Machine,
  value: Value,
  { type }: { readonly type?: ts.TypeNode | undefined },
): Value {
  if (!type || !isBareUnknown(value)) return value
  return valueOfType(machine, type, type) ?? value
}

/** Types of types of types say less and less. */
const DEPTH = 8
const depths = new WeakMap<Machine, number>()

function isBareUnknown(value: Value): boolean {
  if (value.kind !== 'symbol') return false
  const { expression } = value
  if (expression.kind === 'unknown') return true
  return (
    expression.kind === 'operation' &&
    /^(?:argument |injected |(?:callback (?:argument|error)|app setting)$)/.test(expression.name)
  )
}

function infer(machine: Machine, type: ts.TypeNode, node: ts.Node): Value | null {
  if (ts.isTypeQueryNode(type)) return valueOfQuery(machine, type, node)
  if (ts.isTypeLiteralNode(type)) return valueOfMembers(machine, type.members, node)
  const name = typeName(type)
  if (name === null || !(ts.isTypeReferenceNode(type) || ts.isUnionTypeNode(type))) return null
  if (name === 'ReturnType' && ts.isTypeReferenceNode(type)) return valueOfReturn(machine, type, node)
  const declared = findDeclared(machine, type.getSourceFile().fileName, name)
  if (declared?.kind === 'package') return databaseOf(machine, declared, node)
  return declared ? valueOfDeclared(machine, declared, node) : null
}

function valueOfDeclared(
  machine: Machine,
  declared: Extract<Declared, { kind: 'declaration' }>,
  node: ts.Node,
): Value | null {
  const { node: found } = declared
  if (ts.isTypeAliasDeclaration(found)) return valueOfType(machine, found.type, node)
  if (ts.isInterfaceDeclaration(found)) {
    const only = onlyClassFor(machine, declared)
    return only ? taken(machine, only, node) : valueOfMembers(machine, found.members, node)
  }
  const isAbstract = found.modifiers?.some((modifier) => modifier.kind === ts.SyntaxKind.AbstractKeyword) ?? false
  const type = isAbstract ? onlyClassFor(machine, declared) : classOf(machine, declared)
  return type && hasBehaviour(type) ? taken(machine, type, node) : null
}

/** A class without methods is data, and what its fields hold only a run knows. */
function hasBehaviour(type: ClassValue): boolean {
  return type.prototype.fields.size > 1 || type.base !== null
}

function taken(machine: Machine, type: ClassValue, node: ts.Node): Value {
  noteUnresolved(machine, `taken as ${type.name} by its type`, node)
  return instantiate(machine, typeRegistry(machine), type, node)
}

/** An object whose parts have types that tell, e.g. `{ db: Database; port: number }`; null when none does. */
function valueOfMembers(machine: Machine, members: Iterable<ts.TypeElement>, node: ts.Node): Value | null {
  const fields = [...members].flatMap((member): (readonly [string, Value])[] => {
    if (!ts.isPropertySignature(member) || !ts.isIdentifier(member.name)) return []
    const value = valueOfType(machine, member.type, node)
    return value ? [[member.name.text, value]] : []
  })
  return fields.length > 0 ? object(fields, { open: true }) : null
}

/** `typeof db`: the value itself, when it is a database or an object that the module made. */
function valueOfQuery(machine: Machine, { exprName }: ts.TypeQueryNode, node: ts.Node): Value | null {
  if (!ts.isIdentifier(exprName)) return null
  const value = readName(machine, exprName)
  if (value?.kind !== 'db' && value?.kind !== 'object') return null
  noteUnresolved(machine, `taken as ${exprName.text} by its type`, node)
  return value
}

/** `ReturnType<typeof createDb>`: what the function gives, when that is a database. */
function valueOfReturn(machine: Machine, type: ts.TypeReferenceNode, node: ts.Node): Value | null {
  const [query] = type.typeArguments ?? []
  const name = query && ts.isTypeQueryNode(query) && ts.isIdentifier(query.exprName) ? query.exprName : null
  const made = name ? readName(machine, name) : null
  if (!name || (made?.kind !== 'function' && made?.kind !== 'package')) return null
  const args =
    made.kind === 'function' ? made.node.parameters.map((one) => operation(`argument ${one.name.getText()}`)) : []
  const known = machine.databases.find(({ call }) => made.kind === 'package' && call.module === made.module)
  const value = known?.value ?? callFunctionLike(machine, { callee: made, self: null, args, node })
  if (value.kind !== 'db') return null
  noteUnresolved(machine, `taken as what ${name.text} gives by its type`, node)
  return value
}

function readName(machine: Machine, name: ts.Identifier): Value | null {
  const cell = findCell(loadModule(machine, name.getSourceFile().fileName).scope, name.text)
  return cell ? readCell(cell) : null
}

/** The database of the project when it has one of this driver, else one of which only the driver is known. */
function databaseOf(machine: Machine, declared: Extract<Declared, { kind: 'package' }>, node: ts.Node): DbValue | null {
  const driver = declared.module.startsWith('drizzle-orm') ? DATABASES.get(declared.name) : undefined
  if (driver === undefined) return null
  noteUnresolved(machine, `taken as a database of ${declared.module} by its type`, node)
  const made = machine.databases.find(({ value }) => value.driver === driver) ?? machine.databases[0]
  return made?.value ?? { kind: 'db', driver, transaction: null, schema: null }
}

/** The only class of the project that implements an interface or extends an abstract class; null when not just one does. */
function onlyClassFor(machine: Machine, { node, file }: Extract<Declared, { kind: 'declaration' }>): ClassValue | null {
  const name = node.name?.text ?? ''
  const known = implementers.get(node)
  if (known !== undefined) return known
  const mentions = new RegExp(`\\b(?:implements|extends)\\b[^{]*\\b${name.replaceAll('$', '\\$')}\\b`)
  const found = machine.files.sources
    .filter((source) => !isAside(machine.files, source) && mentions.test(machine.files.disk.read(source) ?? ''))
    .flatMap((source) =>
      machine.parser
        .parse(source)
        .tree.statements.filter(ts.isClassDeclaration)
        .filter((one) => isFor(machine, one, { name, file }))
        .map((one) => ({ kind: 'declaration', node: one, file: source }) as const),
    )
  const [only, ...others] = found
  const type = only && others.length === 0 ? classOf(machine, only) : null
  implementers.set(node, type)
  return type
}

const implementers = new WeakMap<ts.Node, ClassValue | null>()

function isFor(machine: Machine, one: ts.ClassDeclaration, wanted: { name: string; file: string }): boolean {
  const isAbstract = one.modifiers?.some((modifier) => modifier.kind === ts.SyntaxKind.AbstractKeyword) ?? false
  if (isAbstract) return false
  const types = one.heritageClauses?.flatMap((clause) => [...clause.types]) ?? []
  return types.some(({ expression }) => {
    if (!ts.isIdentifier(expression)) return false
    const declared = findDeclared(machine, one.getSourceFile().fileName, expression.text)
    return declared?.kind === 'declaration' && declared.file === wanted.file && declared.node.name?.text === wanted.name
  })
}
