import { express, limitSize } from './express-value.ts'
import type { Scope } from './scope.ts'
import type { ts } from './syntax.ts'
import type { Column, Expression, SourceLocation } from './types.ts'

/** What the interpreter computes with: known values, functions of the project, and symbols for what only a run knows. */
export type Value =
  | LiteralValue
  | SymbolValue
  | ObjectValue
  | ArrayValue
  | FunctionValue
  | ClassValue
  | NativeValue
  | PackageValue
  | PromiseValue
  | RouterValue
  | RegistrationValue
  | TableValue
  | DbValue
  | QueryValue
  | RequestValue
  | ResponseValue
  | NamespaceValue

export type LiteralValue = {
  readonly kind: 'literal'
  readonly value: string | number | boolean | bigint | null | undefined
}

export type SymbolValue = { readonly kind: 'symbol'; readonly expression: Expression }

export type ObjectValue = {
  readonly kind: 'object'
  readonly fields: Map<string, Value>
  /** More fields may exist than are listed. */
  readonly open: boolean
  readonly type: ClassValue | { readonly kind: 'builtin'; readonly name: string } | null
  getters: Map<string, FunctionValue> | null
  /** Fields that neither JSON nor a spread shows: what `Error` puts on an instance. */
  readonly hidden: Set<string>
}

export type ArrayValue = { readonly kind: 'array'; readonly items: Value[]; readonly open: boolean }

export type FunctionNode =
  | ts.FunctionDeclaration
  | ts.FunctionExpression
  | ts.ArrowFunction
  | ts.MethodDeclaration
  | ts.ConstructorDeclaration
  | ts.GetAccessorDeclaration
  | ts.SetAccessorDeclaration

export type FunctionValue = {
  readonly kind: 'function'
  readonly name: string
  readonly node: FunctionNode
  readonly scope: Scope
  readonly self: Value | null
  readonly home: ClassValue | null
  /** Properties put on the function, e.g. `handler.schema = ...`. */
  readonly fields: Map<string, Value>
}

export type ClassValue = {
  readonly kind: 'class'
  readonly name: string
  readonly node: ts.ClassLikeDeclaration
  readonly scope: Scope
  readonly base: Value | null
  readonly statics: Map<string, Value>
}

export type NativeCall = (args: readonly Value[], node: ts.Node) => Value

export type NativeValue = {
  readonly kind: 'native'
  readonly name: string
  readonly call: NativeCall
  readonly fields: Map<string, Value>
}

export type PackageStep =
  | { readonly kind: 'member'; readonly name: string }
  | { readonly kind: 'call' | 'new'; readonly args: readonly Value[]; readonly at: SourceLocation }

/** Something that comes out of a package, and how it was reached: `z`, `.object`, `({...})`, `.strict`, `()`. */
export type PackageValue = { readonly kind: 'package'; readonly module: string; readonly steps: readonly PackageStep[] }

export type PromiseValue = { readonly kind: 'promise'; readonly state: 'fulfilled' | 'rejected'; readonly value: Value }

export type RegisteredPath = { readonly path: string; readonly isRegex: boolean }

export type Registration = {
  readonly kind: 'use' | 'route'
  /** Upper case; `ALL`; empty for `use`. */
  readonly method: string
  readonly path: string
  /** `path` is the source of a regular expression. */
  readonly isRegex: boolean
  /** `.all` in a `.route()` chain that goes on: it guards the verbs after it and is no endpoint. */
  readonly guards: boolean
  readonly handlers: readonly Value[]
  readonly at: SourceLocation
}

/** `router.param('id', callback)`: asked before whatever of this router has `:id` in its own path. */
export type ParameterCallback = {
  readonly name: string
  readonly callback: Value
  readonly at: SourceLocation
}

export type RouterValue = {
  readonly kind: 'router'
  readonly isApp: boolean
  readonly registrations: Registration[]
  readonly parameters: ParameterCallback[]
  readonly settings: Map<string, Value>
  readonly at: SourceLocation
}

/** `router.route('/path')`, waiting for its verbs. */
export type RegistrationValue = {
  readonly kind: 'registration'
  readonly router: RouterValue
  readonly paths: readonly RegisteredPath[]
}

export type TableValue = {
  readonly kind: 'table'
  readonly name: string
  readonly dialect: 'postgres' | 'sqlite' | 'mysql'
  readonly columns: readonly Column[]
  readonly at: SourceLocation
}

export type DbValue = { readonly kind: 'db'; readonly driver: string; readonly transaction: number | null }

/** A Drizzle builder that has not run yet. */
export type QueryValue = {
  readonly kind: 'query'
  readonly operation: 'select' | 'insert' | 'update' | 'delete' | 'raw'
  /** As in `drizzle-orm/<driver>`. */
  readonly driver: string
  readonly transaction: number | null
  readonly table: TableValue | null
  readonly values: Value | null
  readonly where: Value | null
  /** `returning()` was called; always true for a select. */
  readonly returns: boolean
  /** Fields chosen by `select({...})` or `returning({...})`. */
  readonly projection: ObjectValue | null
  readonly joined: boolean
  /** One row or undefined instead of a list: `findFirst`, `.get()`. */
  readonly single: boolean
  readonly conflict: boolean
  readonly node: ts.Node
}

export type RequestValue = { readonly kind: 'request'; readonly fields: Map<string, Value> }

export type ResponseValue = { readonly kind: 'response'; readonly fields: Map<string, Value> }

export type NamespaceValue = {
  readonly kind: 'namespace'
  readonly file: string
  readonly member: (name: string) => Value | null
  readonly names: () => string[]
}

export const UNDEFINED: LiteralValue = { kind: 'literal', value: undefined }

export function literal(value: LiteralValue['value']): LiteralValue {
  return { kind: 'literal', value }
}

export function symbol(expression: Expression): SymbolValue {
  return { kind: 'symbol', expression }
}

export function object(
  fields: Iterable<readonly [string, Value]> = [],
  options: Partial<Pick<ObjectValue, 'open' | 'type'>> = {},
): ObjectValue {
  return {
    kind: 'object',
    fields: new Map(fields),
    open: options.open ?? false,
    type: options.type ?? null,
    getters: null,
    hidden: new Set(),
  }
}

export function array(items: Iterable<Value>, open = false): ArrayValue {
  return { kind: 'array', items: [...items], open }
}

export function native(name: string, call: NativeCall, fields: Iterable<readonly [string, Value]> = []): NativeValue {
  return { kind: 'native', name, call, fields: new Map(fields) }
}

export function fulfilled(value: Value): PromiseValue {
  return value.kind === 'promise' ? value : { kind: 'promise', state: 'fulfilled', value }
}

export function rejected(value: Value): PromiseValue {
  return { kind: 'promise', state: 'rejected', value }
}

export function operation(name: string, ...operands: readonly Value[]): SymbolValue {
  return symbol(limitSize({ kind: 'operation', name, operands: operands.map((operand) => express(operand)) }))
}

export function isNullish(value: Value): boolean {
  return value.kind === 'literal' && (value.value === null || value.value === undefined)
}

/** The string that a value certainly is; null when only a run knows. */
export function knownString(value: Value | undefined): string | null {
  return value?.kind === 'literal' && typeof value.value === 'string' ? value.value : null
}
