import type {
  Decision,
  EffectClass,
  Expression,
  FunctionReference,
  HandlerVisit,
  HarmlessCall,
  SourceLocation,
  StackFrame,
  Timing,
} from '../types.ts'

/** How a request ends after something went wrong. */
export interface Outcome {
  /** `unhandled`: nobody handles the promise that failed, and the request goes on to its answer. */
  readonly end: 'responded' | 'hangs' | 'cut' | 'unhandled'
  /** Null when nothing answers. */
  readonly status: Expression | null
  readonly body: Expression | null
}

/** A call or a write by which the code takes back what it did before something failed. */
export interface Compensation {
  readonly what: string
  readonly at: SourceLocation
}

/** How a request ends after a failure, and what is taken back. */
export interface UndoneOutcome extends Outcome {
  readonly compensation: readonly Compensation[]
  /** A transaction is rolled back. */
  readonly rolledBack: boolean
}

export interface WriteFact {
  readonly operation: 'insert' | 'update' | 'delete' | 'raw'
  readonly table: string | null
  readonly at: SourceLocation
  /** Both happen in one transaction. */
  readonly sameTransaction: boolean
  /** `unordered`: both are under way at once, so either may come first. */
  readonly order: 'ordered' | 'unordered'
}

export interface WriteAfter extends WriteFact {
  /** The ways in which the request may end when this write fails; empty when analysis saw none. */
  readonly whenItFails: readonly UndoneOutcome[]
}

/** One call site that reaches outside the process. */
export interface EffectFact {
  readonly class: EffectClass
  /** `POST ${PAY_URL}/charges`, `stripe.charges.create`. */
  readonly target: string
  /** Whether it changes something out there, as far as its verb or name tells. */
  readonly access: 'read' | 'write' | 'unknown'
  readonly caller: string
  readonly at: SourceLocation
  readonly stack: readonly StackFrame[]
  readonly timing: Timing
  /** The number of the transaction that is open meanwhile, which a rollback does not undo the call for. */
  readonly inTransaction: number | null
  readonly idempotencyKey:
    | { readonly status: 'sent'; readonly value: Expression }
    | { readonly status: 'none' | 'unknown' }
  readonly writesBefore: readonly WriteFact[]
  readonly writesAfter: readonly WriteAfter[]
  readonly whenItFails: readonly UndoneOutcome[]
  /** It answers, but with an error status. */
  readonly whenRefused: readonly UndoneOutcome[]
}

export type Problem =
  | { readonly kind: 'throw'; readonly error: string; readonly at: SourceLocation }
  | { readonly kind: 'external'; readonly what: string; readonly how: string; readonly at: SourceLocation }
  | { readonly kind: 'database'; readonly what: string; readonly at: SourceLocation }
  | { readonly kind: 'validation'; readonly of: Expression; readonly at: SourceLocation }
  | { readonly kind: 'credential'; readonly at: SourceLocation }
  /** Nothing was sent, Express 5 leaves `req.body` undefined then, and the code uses it as if it were there. */
  | { readonly kind: 'no body'; readonly at: SourceLocation }

/**
 * Something for which middleware of a package gives an error to `next` whatever the route is about: a body that is no
 * JSON, an origin that is not allowed. As a decision it would double the ways of every route, so the usual way through is
 * taken, and where the error leads is looked at once for each gate.
 */
export interface Gate {
  /** The middleware, e.g. `express.json`. */
  readonly what: string
  readonly how:
    | 'malformed body'
    | 'body too large'
    | 'body refused by verify'
    | 'origin refused'
    | 'rate limit reached'
    | 'session store fails'
    | 'user of the session not restored'
    | 'no CSRF token'
    | 'unexpected file'
    | 'file too large'
    | 'file refused by fileFilter'
  /** `100kb` of a body, `5 in 60000 ms` of a rate; null where there is none, or none that is known. */
  readonly limit: string | null
  /** The types of body that it looks at. */
  readonly types: readonly string[]
  /** Where it keeps what it knows of earlier requests; null: in memory, or it knows nothing. */
  readonly store: StoreFact | null
  readonly at: SourceLocation
}

/** A store that middleware brings along: it reads and writes there beside the route. */
export interface StoreFact {
  /** Its package, or the name of the project's own class; null where that is not known. */
  readonly package: string | null
  readonly table: string | null
}

/** The session that middleware starts for a request: read from its store before the route, written after it. */
export interface SessionFact {
  readonly package: string
  /** The name of the cookie; null where it is not known. */
  readonly cookie: string | null
  /** Null: in memory, or in the cookie itself. */
  readonly store: StoreFact | null
  readonly at: SourceLocation
}

/** A gate, and the ways in which the app answers what it does not let through; empty: none was seen. */
export interface GateFact extends Gate {
  readonly outcomes: readonly (Outcome & Pick<FailureFact, 'via' | 'when'>)[]
}

/** What one thing that goes wrong leads to. The same problem is listed once for every way it may end. */
export interface FailureFact extends Outcome {
  readonly problem: Problem
  /** Who took the error over, in order; the last one answers. Empty: the code answers by itself. */
  readonly via: readonly Omit<HandlerVisit, 'after' | 'decided'>[]
  /** What was decided between the problem and the answer. */
  readonly when: readonly Decision[]
}

/** A way in which a request without the right credentials is turned away. */
export interface Refusal {
  readonly status: Expression
  readonly body: Expression | null
  /** What is refused; where others would have been let through in its place, the condition names them all. */
  readonly when: Decision
  readonly at: SourceLocation
}

export interface AuthenticationFact {
  /** The function that decides: the middleware, what it calls, or the handler itself. */
  readonly by: FunctionReference
  /** `authorization header`, `cookie sid`, `session`. */
  readonly credentials: readonly string[]
  /** The packages that check the credential, e.g. `jsonwebtoken.verify`. */
  readonly verifiedBy: readonly string[]
  readonly refusals: readonly Refusal[]
}

/** A row is tied to who is asking. */
export interface OwnershipFact {
  readonly how: 'where' | 'comparison'
  readonly table: string | null
  readonly column: string | null
  /** What is compared with the principal; null when the column is. */
  readonly value: Expression | null
  readonly principal: Expression
  readonly operation: string | null
  readonly at: SourceLocation
  /** What a request for somebody else's row is answered with; null when that was not seen. */
  readonly refusal: Outcome | null
}

export interface RoleFact {
  readonly condition: Expression
  /** How the condition falls for whoever is refused. */
  readonly refusedWhen: boolean
  readonly at: SourceLocation
  readonly refusal: Outcome
}

export interface AccessFacts {
  readonly authentication: readonly AuthenticationFact[]
  readonly ownership: readonly OwnershipFact[]
  readonly roles: readonly RoleFact[]
}

export interface KeyColumn {
  readonly table: string
  readonly column: string
  readonly at: SourceLocation
}

/** A key of the request by which a repetition can be told. */
export interface IdempotencyKey {
  readonly from: string
  readonly path: readonly string[]
  readonly required: boolean
  readonly lookedUp: readonly KeyColumn[]
  readonly stored: readonly (KeyColumn & { readonly unique: boolean })[]
  /** External calls that carry the key on. */
  readonly forwardedTo: readonly string[]
  /** What a repetition is answered with: from the look-up, or from the unique column. */
  readonly replay: readonly (Outcome & { readonly by: 'look-up' | 'unique column' | 'conflict clause' })[]
}

/** An insert that a repetition does not double. */
export interface UpsertFact extends SourceLocation {
  readonly table: string
  readonly target: readonly string[]
  readonly action: 'nothing' | 'update'
}

export interface IdempotencyFacts {
  readonly keys: readonly IdempotencyKey[]
  readonly upserts: readonly UpsertFact[]
}

export interface PaginationFacts {
  readonly style: 'offset' | 'cursor' | 'limit'
  readonly table: string | null
  readonly at: SourceLocation
  /** The inputs that choose the page: `query.page`. */
  readonly inputs: readonly string[]
  readonly limit: Expression | null
  readonly offset: Expression | null
  readonly defaultLimit: number | null
  /** The most rows that a request may ask for; null when no limit on it is visible. */
  readonly maxLimit: number | null
  readonly ordered: boolean
  /** Where all rows are counted. */
  readonly total: SourceLocation | null
}

/** What the scenarios of a route say, in the words of a reader. */
export interface RouteFacts {
  readonly effects: readonly EffectFact[]
  readonly harmless: readonly HarmlessCall[]
  readonly failures: readonly FailureFact[]
  readonly access: AccessFacts
  readonly idempotency: IdempotencyFacts
  readonly pagination: PaginationFacts | null
}
