import type { Ability } from '../run/types.ts'
import type { SourceLocation } from '../scan/types.ts'

export type Json = string | number | boolean | null | readonly Json[] | { readonly [key: string]: Json }

/** A value that only the run knows, e.g. a generated id: `{ $any: 'String' }` becomes `expect.any(String)`. */
export interface AnyValue {
  readonly $any: 'String' | 'Number' | 'Boolean' | 'Object' | 'Date'
}

/** A date that is not in the JSON type system: `{ $date: '2026-01-01T00:00:00.000Z' }` becomes `new Date(...)`. */
export interface DateValue {
  readonly $date: string
}

export type Expected =
  | string
  | number
  | boolean
  | null
  | AnyValue
  | DateValue
  | readonly Expected[]
  | { readonly [key: string]: Expected }

export type PathKind =
  | 'happy'
  | 'validation'
  | 'external-fails'
  | 'db-fails-after-side-effect'
  | 'idempotent-retry'
  | 'survivor'

/** Where an expectation comes from; `code` guards against regressions and can't find a bug that is already there. */
export interface ExpectationSource {
  readonly kind: 'spec' | 'policy' | 'code'
  /** The rule or statement in words, e.g. `a repeated key has no second effect`. */
  readonly text: string
  readonly at: SourceLocation | null
}

/** What a token is signed with: the variable that the app reads, and the text that the code takes where it is not set. */
export interface PlannedSecret {
  readonly variable: string | null
  readonly text: string | null
}

/** A token, signed when the test runs. */
export interface PlannedToken {
  /** The cookie that it travels in; null: `Authorization: Bearer ...`. */
  readonly cookie: string | null
  readonly secret: PlannedSecret
  readonly claims: { readonly [name: string]: Json }
}

export interface PlannedRequest {
  readonly method: string
  /** Concrete, e.g. `/orders/1`. */
  readonly path: string
  readonly query: Readonly<Record<string, string>>
  readonly headers: Readonly<Record<string, string>>
  readonly body: Json | null
  /** Left out where the route asks for none. */
  readonly token?: PlannedToken
}

/** How a stubbed host answers one call. */
export type StubReply =
  | { readonly kind: 'json'; readonly status: number; readonly body: Json }
  | { readonly kind: 'text'; readonly status: number; readonly body: string }
  | { readonly kind: 'reset' }
  | { readonly kind: 'hang' }

export interface PlannedStub {
  /** The variable that stands for the host in the test, e.g. `payments`. */
  readonly name: string
  readonly origin: string
  readonly method: string
  readonly path: string
  readonly reply: StubReply
}

export interface PlannedSeed {
  readonly table: string
  readonly row: Readonly<Record<string, Expected>>
}

export interface PlannedFault {
  readonly table: string
  readonly operation: 'insert' | 'update' | 'delete'
  /** Which of those that the route sends, from 1; null: every one. */
  readonly nth: number | null
}

export interface Given {
  readonly seeds: readonly PlannedSeed[]
  readonly stubs: readonly PlannedStub[]
  readonly fault: PlannedFault | null
  /** Sent one after the other; more than one only where the path is about repeating. */
  readonly requests: readonly PlannedRequest[]
  /** What the database must be able to do, beside what every engine can. */
  readonly needs: readonly Ability[]
}

export type Expectation =
  | {
      readonly observable: 'status'
      /** Which request, 0-based. */
      readonly request: number
      readonly equals: number
      readonly source: ExpectationSource
    }
  | {
      readonly observable: 'status-at-least'
      readonly request: number
      readonly minimum: number
      readonly source: ExpectationSource
    }
  | {
      readonly observable: 'body'
      readonly request: number
      /** `whole` compares the body as it is, `part` only the fields named. */
      readonly match: 'whole' | 'part'
      readonly value: Expected
      readonly source: ExpectationSource
    }
  | {
      /** A body that is no JSON. */
      readonly observable: 'text'
      readonly request: number
      readonly equals: string
      readonly source: ExpectationSource
    }
  | {
      readonly observable: 'rows'
      readonly table: string
      readonly match: 'whole' | 'part'
      readonly rows: readonly Expected[]
      readonly source: ExpectationSource
    }
  | {
      readonly observable: 'row-count'
      readonly table: string
      readonly count: number
      readonly source: ExpectationSource
    }
  | {
      readonly observable: 'call-count'
      readonly stub: string
      readonly count: number
      readonly source: ExpectationSource
    }
  | {
      /** All calls of a host, in order, each compared by the fields named. */
      readonly observable: 'calls'
      readonly stub: string
      readonly calls: readonly Expected[]
      readonly source: ExpectationSource
    }
  | {
      /** Several calls under the same key are one effect at the provider. */
      readonly observable: 'distinct-keys'
      readonly stub: string
      /** Where the key travels: `headers.idempotency-key` or `body.key`. */
      readonly keyAt: readonly string[]
      readonly count: number
      readonly source: ExpectationSource
    }

interface PathBase {
  /** Stable, e.g. `validation.userId-missing`. */
  readonly id: string
  readonly kind: PathKind
  /** The behaviour in words; the test's title. */
  readonly title: string
}

/** One behaviour that must be tested. */
export interface PlannedPath extends PathBase {
  readonly status: 'planned'
  readonly given: Given
  readonly expects: readonly Expectation[]
  /** What is wrong when the test is red, e.g. `a repeated request with the same key has a second effect`. */
  readonly violation: string
  /** The line of the code that the path is about. */
  readonly at: SourceLocation
}

/** A bug put into the route that no test noticed when `itest prove --strengthen` looked, where the code is now. */
export interface PlannedBug extends SourceLocation {
  /** Stable as long as the code at its place is. */
  readonly id: string
  readonly operator: string
  /** Follows "nothing would notice if FILE:LINE". */
  readonly change: string
}

/** A path that must be tested but whose facts do not suffice for a test without a model. */
export interface OpenPath extends PathBase {
  readonly status: 'open'
  readonly missing: string
  /** The one that its test must notice; left out where the path is about none. */
  readonly bug?: PlannedBug
}

/** A path kind that this route does not have, or that can't be tested here. */
export interface SkippedPath extends PathBase {
  readonly status: 'skipped'
  readonly reason: string
  /** Set where the user's config says so; else the route does not have it. */
  readonly by?: 'config'
}

export type Path = PlannedPath | OpenPath | SkippedPath

export interface Plan {
  readonly route: { readonly method: string; readonly path: string; readonly file: string; readonly line: number }
  readonly paths: readonly Path[]
  /** Variables that the harness sets before the app starts, e.g. the address of a stubbed host. */
  readonly environment: Readonly<Record<string, string>>
  /** What neither spec nor policy decides; no test asserts on it. */
  readonly questions: readonly string[]
}
