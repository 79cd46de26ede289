import type { SourceLocation } from './types.ts'

/** What a Drizzle schema says of the database. Plain JSON, like all of types.ts. */

export type Dialect = 'postgres' | 'sqlite' | 'mysql'

/** How Drizzle turns the key of a column without a name into its name: the `casing` of `drizzle(...)`. */
export type Casing = 'snake_case' | 'camelCase'

export type ReferentialAction = 'cascade' | 'restrict' | 'no action' | 'set null' | 'set default'

export interface Column {
  /** The property in code and in JSON, e.g. `userId`. */
  readonly key: string
  /** The name in the database, e.g. `user_id`. */
  readonly name: string
  /** The Drizzle builder, e.g. `integer`, `uuid`, `timestamp`; `text[]` for a list. */
  readonly type: string
  /** What `dataType()` of a `customType` says, e.g. `citext`; null for builders that Drizzle knows. */
  readonly sqlType: string | null
  readonly json: 'string' | 'number' | 'boolean' | 'date' | 'object' | 'unknown'
  /** The `mode` that the code gives, e.g. `bigint`, `timestamp_ms`. */
  readonly mode: string | null
  readonly length: number | null
  readonly precision: number | null
  readonly scale: number | null
  readonly withTimezone: boolean
  readonly notNull: boolean
  /** An insert may leave the column out, whoever then fills it. */
  readonly hasDefault: boolean
  /** The default when it is a literal of the code. */
  readonly defaultValue: string | number | boolean | null
  /** Who makes the default: `function` is run by Drizzle, so raw SQL gets none; `database`: serial, identity and the like. */
  readonly defaultSource: 'literal' | 'sql' | 'function' | 'database' | 'unknown' | null
  /** The text of a default that is SQL, e.g. `now()`. */
  readonly defaultSql: string | null
  /** Who sets the column anew on each update that leaves it out: Drizzle (`$onUpdate`) or the database. */
  readonly onUpdate: 'function' | 'sql' | null
  /** Computed by the database: no insert may name it. `sql` is the expression where it can be read. */
  readonly generated: { readonly sql: string | null } | null
  readonly identity: 'always' | 'byDefault' | null
  readonly primaryKey: boolean
  readonly unique: boolean
  readonly enumValues: readonly string[] | null
  readonly references: {
    readonly table: string
    readonly column: string
    readonly onDelete: ReferentialAction | null
    readonly onUpdate: ReferentialAction | null
  } | null
}

/** A unique constraint or index. Columns are keys, as in code. */
export interface Unique {
  readonly name: string | null
  readonly columns: readonly string[]
  /** Parts that are no plain column, e.g. `lower("users"."email")`. */
  readonly expressions: readonly string[]
  /** Holds only for the rows of `where`. */
  readonly partial: boolean
  readonly where: string | null
  readonly nullsNotDistinct: boolean
}

export interface Index {
  readonly name: string | null
  readonly columns: readonly string[]
  readonly expressions: readonly string[]
  readonly where: string | null
}

/** Columns are keys, as in code, in the order in which they point at each other. */
export interface ForeignKey {
  readonly name: string | null
  readonly columns: readonly string[]
  readonly table: string
  readonly foreignColumns: readonly string[]
  readonly onDelete: ReferentialAction | null
  readonly onUpdate: ReferentialAction | null
}

export interface Check {
  readonly name: string
  /** Null where the code does not show it. */
  readonly sql: string | null
}

/** What a table promises, of one column or several: each constraint is here, also those that a column states itself. */
export interface TableConstraints {
  /** Keys of the columns; empty when there is no primary key. */
  readonly primaryKey: readonly string[]
  readonly uniques: readonly Unique[]
  readonly foreignKeys: readonly ForeignKey[]
  readonly checks: readonly Check[]
  /** Indexes that are not unique. */
  readonly indexes: readonly Index[]
}

export interface Table extends TableConstraints {
  /** Unique in the project: `orders`; `auth.users` in a schema; with the file where two tables would share a name. */
  readonly name: string
  /** As in `pgSchema('auth')`; null in the default schema. */
  readonly schema: string | null
  /** Where the code exports it: `orders` of `src/db/schema.ts`. */
  readonly exportName: string
  readonly at: SourceLocation
  readonly dialect: Dialect
  readonly columns: readonly Column[]
}
