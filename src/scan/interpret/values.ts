import type { RawAnswer } from '../models/drizzle/raw-answers.ts'
import type { SqlPart } from '../models/sql/tokens.ts'
import type { ts } from '../syntax/syntax.ts'
import type { Column, ConflictClause, Dialect, Expression, SourceLocation, StartCondition } from '../types.ts'
import { express, limitSize } from './express-value.ts'
import type { Scope } from './scope.ts'

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
  /** The variable of the environment whose assumed value this comes from. */
  readonly assumed?: string
  /** Of `null` and `undefined`: the code says so itself, see `makeNothing`. */
  readonly isMade?: boolean
}

/** Only a date changes in place. */
export type SymbolValue = { readonly kind: 'symbol'; expression: Expression }

export type ObjectValue = {
  readonly kind: 'object'
  readonly fields: Map<string, Value>
  /** More fields may exist than are listed. */
  readonly open: boolean
  readonly type: ClassValue | { readonly kind: 'builtin'; readonly name: string } | null
  readonly getters: Map<string, Value>
  /** Fields that neither JSON nor a spread shows: what `Error` puts on an instance. */
  readonly hidden: Set<string>
}

export type ArrayValue = {
  readonly kind: 'array'
  readonly items: Value[]
  open: boolean
  /** How many there are, where some of the items may be missing. */
  readonly count?: Value
}

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
  /** Methods and getters of the code, and whatever decorators and writes to `X.prototype` make of them. */
  readonly prototype: ObjectValue
  /** What decorators of packages say of the class and its members, in the order in which they are applied. */
  readonly decorations: Decoration[]
}

/** A decorator of a package: `@inject('Repo')` on the first parameter of a constructor. */
export interface Decoration {
  readonly module: string
  readonly name: string
  readonly args: readonly Value[]
  /** The decorator itself, e.g. `z` of `z.string()`; chains of calls are in its steps. */
  readonly value: PackageValue
  /** The member; null: the class, or a parameter of its constructor. */
  readonly key: string | null
  /** Which parameter; null: none. */
  readonly index: number | null
  readonly node: ts.Node
}

export type NativeCall = (args: readonly Value[], node: ts.Node) => Value

export type NativeValue = {
  readonly kind: 'native'
  readonly name: string
  readonly call: NativeCall
  readonly fields: Map<string, Value>
  /** The function of the project that it is there to call. */
  readonly stands?: FunctionValue
}

export type PackageStep =
  | { readonly kind: 'member'; readonly name: string }
  | {
      readonly kind: 'call' | 'new'
      readonly args: readonly Value[]
      readonly at: SourceLocation
      /** Null: no call of the code. */
      readonly node: ts.Node | null
      /** It only collects what a later call of its chain asks for. */
      readonly isBuilding?: true
    }

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
  /** The conditions at start around it. */
  readonly when: readonly StartCondition[]
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
  /** It sees the parameters of the paths that it is mounted at; true too where that is not known. */
  readonly mergesParams: boolean
  readonly isCaseSensitive: boolean
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
  /** Unique among all tables. */
  readonly name: string
  readonly schema: string | null
  /** The name in its schema. */
  readonly sqlName: string
  readonly dialect: Dialect
  /** As the table itself shows them; what points at other tables is read when all tables are known. */
  readonly columns: readonly Column[]
  /** The chain behind each column, by key. */
  readonly builders: ReadonlyMap<string, PackageValue>
  /** Keys of the columns whose name is left to Drizzle. */
  readonly unnamed: ReadonlySet<string>
  /** The third argument: indexes and constraints. */
  readonly extras: Value | null
  readonly node: ts.Node
  readonly at: SourceLocation
}

export type DbValue = {
  readonly kind: 'db'
  readonly driver: string
  readonly transaction: number | null
  /** What `drizzle(client, { schema })` was given: its tables are those of `db.query`. */
  readonly schema: Value | null
}

/** A Drizzle builder that has not run yet. */
export type QueryValue = {
  readonly kind: 'query'
  readonly operation: 'select' | 'insert' | 'update' | 'delete' | 'raw'
  /** As in `drizzle-orm/<driver>`. */
  readonly driver: string
  readonly transaction: number | null
  readonly table: TableValue | null
  /** The table as a statement in plain SQL names it, where no schema has it. */
  readonly named: string | null
  readonly values: Value | null
  readonly where: Value | null
  /** `returning()` was called; always true for a select. */
  readonly returns: boolean
  /** Fields chosen by `select({...})` or `returning({...})`. */
  readonly projection: ObjectValue | null
  readonly joined: boolean
  readonly joins: readonly string[]
  readonly limit: Value | null
  readonly offset: Value | null
  readonly orderBy: readonly Value[]
  readonly locks: string | null
  /** One row or undefined instead of a list: `findFirst`, `.get()`. */
  readonly single: boolean
  readonly conflict: ConflictClause | null
  /** How the driver answers a statement in plain SQL; null for a builder of Drizzle. */
  readonly answer: RawAnswer | null
  /** The text of such a statement, which may become part of another. */
  readonly parts: readonly SqlPart[]
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
    getters: new Map(),
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
