import type { Casing, Dialect, SourceLocation, Table } from '../types.ts'

/** Where the run-time table says something else. The run-time value wins: it is what the app works with. */
export interface TableDifference {
  /** e.g. `columns.email.notNull`, `foreignKeys`. */
  readonly what: string
  /** Both as JSON values. */
  readonly analysis: unknown
  readonly runTime: unknown
}

export type TableResult =
  | { readonly confirmed: 'yes'; readonly table: string; readonly at: SourceLocation }
  | {
      readonly confirmed: 'differs'
      readonly table: string
      readonly at: SourceLocation
      readonly differences: readonly TableDifference[]
    }
  | { readonly confirmed: 'not-run'; readonly table: string; readonly at: SourceLocation; readonly reason: string }

export interface TableFinding {
  /** `missed`: a table that analysis did not see. */
  readonly kind: 'differs' | 'missed'
  readonly message: string
  readonly at: SourceLocation
}

export interface TableConfirmation {
  /** One for each table of the scan, in its order. */
  readonly results: readonly TableResult[]
  /** The tables of the scan, with the run-time values where they differ, and those that analysis missed. */
  readonly tables: readonly Table[]
  readonly findings: readonly TableFinding[]
}

/** What the child process is told. */
export interface ChildInput {
  /** `file` is relative to the project's root, `url` where its copy is. */
  readonly modules: readonly { readonly file: string; readonly url: string }[]
  readonly dialects: readonly Dialect[]
  readonly casing: Casing | null
  /** Where the answer goes. */
  readonly answerFile: string
}

/** What the child process answers, before it is put into the terms of `Table`. */
export interface ChildAnswer {
  readonly tables: readonly RawTable[]
  readonly failures: readonly RawFailure[]
}

export interface RawFailure {
  readonly file: string
  /** Null: the whole file. */
  readonly exportName: string | null
  readonly message: string
}

export interface RawColumn {
  readonly key: string
  readonly name: string
  readonly isNamed: boolean
  readonly columnType: string
  readonly dataType: string
  readonly sqlType: string
  readonly notNull: boolean
  readonly hasDefault: boolean
  readonly default: RawDefault | null
  readonly hasDefaultFn: boolean
  readonly onUpdate: 'function' | 'sql' | null
  readonly primary: boolean
  readonly unique: { readonly name: string | null; readonly nullsNotDistinct: boolean } | null
  readonly enumValues: readonly string[] | null
  readonly length: number | null
  readonly precision: number | null
  readonly scale: number | null
  readonly withTimezone: boolean
  readonly depth: number
  readonly generated: string | null
  readonly identity: 'always' | 'byDefault' | null
}

export type RawDefault =
  | { readonly kind: 'sql'; readonly text: string | null }
  | { readonly kind: 'literal'; readonly value: unknown }

export interface RawIndex {
  readonly name: string | null
  readonly unique: boolean
  readonly columns: readonly string[]
  readonly expressions: readonly string[]
  readonly partial: boolean
  readonly where: string | null
  readonly nullsNotDistinct: boolean
}

/** Where a module exports a table. */
export interface RawPlace {
  readonly file: string
  readonly exportName: string
}

export interface RawForeignKey {
  readonly name: string | null
  readonly columns: readonly string[]
  readonly table: string
  readonly schema: string | null
  readonly places: readonly RawPlace[]
  readonly foreignColumns: readonly string[]
  readonly onDelete: string | null
  readonly onUpdate: string | null
}

export interface RawTable {
  /** More than one where a file passes on what another exports. */
  readonly places: readonly RawPlace[]
  readonly dialect: Dialect
  readonly name: string
  readonly schema: string | null
  readonly columns: readonly RawColumn[]
  readonly primaryKey: readonly string[]
  readonly uniques: readonly RawIndex[]
  readonly indexes: readonly RawIndex[]
  readonly foreignKeys: readonly RawForeignKey[]
  readonly checks: readonly { readonly name: string; readonly sql: string | null }[]
}
