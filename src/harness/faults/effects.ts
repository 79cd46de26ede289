import type { FaultTarget } from './rules.ts'

/** What a database says no for. Each engine has its own code for each. */
export type Failure =
  | 'disk-full'
  | 'unique-violation'
  | 'foreign-key-violation'
  | 'deadlock'
  | 'serialization-failure'
  | 'statement-timeout'

/** What the app gets to see of a failure, where it should differ from what is usual. */
export interface FailureDetails {
  /** The code that Postgres and MySQL report, e.g. `40001`. */
  readonly sqlstate?: string
  readonly message?: string
  readonly detail?: string
  /** The name of the violated constraint. */
  readonly constraint?: string
  readonly column?: string
}

export interface ConstraintKey {
  readonly columns: readonly string[]
  /** The other table of a foreign key. */
  readonly otherTable: string | null
  /** Its columns, where the engine's message names them. */
  readonly otherColumns?: readonly string[]
  readonly isPrimary?: boolean
}

export type Effect =
  /** The statement is not carried out; a transaction that it is part of is lost. */
  | {
      readonly kind: 'fail'
      readonly failure: Failure
      readonly details: FailureDetails
      /** What a violated constraint is about, where the engine found it. */
      readonly key?: ConstraintKey
    }
  /** The connection breaks before the statement reaches the database, or before its answer reaches the app. */
  | { readonly kind: 'cut'; readonly when: 'before' | 'after' }
  | { readonly kind: 'delay'; readonly milliseconds: number }

const SQLSTATES = {
  'disk-full': '53100',
  'unique-violation': '23505',
  'foreign-key-violation': '23503',
  deadlock: '40P01',
  'serialization-failure': '40001',
  'statement-timeout': '57014',
} satisfies Record<Failure, string>

/** What Postgres calls the failure; every test asks for it so, whatever its database. */
export function sqlstateOf({ failure, details }: Effect & { kind: 'fail' }): string {
  return details.sqlstate ?? SQLSTATES[failure]
}

/** New connections are refused with "too many clients", or accepted and never served. */
export type ConnectionEffect = 'refuse' | 'hang'

/** What an engine does about faults, beside meeting them. */
export interface FaultEngine {
  /** The effect with what the engine knows of the table. Rejects with the code `ITEST_ENGINE_CANNOT` if it can't do it. */
  prepare(target: FaultTarget, effect: Effect): Promise<Effect>
  /** New connections of the app are refused or left waiting; idle ones are closed, so that it needs new ones. */
  limitConnections(effect: ConnectionEffect): Promise<void>
  /** Why a request may have got no answer on this engine, where a server would have given one; null for no such reason. */
  findLack(): string | null
  /** At the end of a test: lets go of connections and statements that faults still hold. */
  release(): void
}
