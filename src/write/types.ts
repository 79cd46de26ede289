/** One test: the statements inside `it(...)`. Imports and boot belong to the scaffold. */
export interface DraftCase {
  readonly pathId: string
  readonly title: string
  readonly code: string
}

export interface Draft {
  readonly writer: string
  readonly cases: readonly DraftCase[]
  readonly left: readonly LeftPath[]
}

/** A path that the writer did not write. */
export interface LeftPath {
  readonly pathId: string
  /** What is missing. */
  readonly reason: string
  /** It is the reply that is at fault, so that another one may do better. */
  readonly isMistake?: boolean
}

/** Null: the backend does not say. */
export interface Tokens {
  /** Without those of the backend's cache. */
  readonly inputTokens: number | null
  readonly outputTokens: number | null
  readonly cacheReadTokens: number | null
  readonly cacheWriteTokens: number | null
}

/** What one reply took. */
export interface ModelUsage extends Tokens {
  readonly model: string
  /** What the backend itself says that it costs, in US dollars; null: it does not say. */
  readonly costUsd: number | null
}

/** What the cases of one route took. */
export interface Account {
  /** Null: the one that the backend takes by itself, which has not answered yet. */
  readonly model: string | null
  /** Those that were paid. */
  readonly requests: number
  /** Replies of earlier runs. */
  readonly cached: number
  /** Null: nothing was paid. */
  readonly usage: Tokens | null
  /** In US dollars; null: the price is not known. */
  readonly costUsd: number | null
}

/** The file around the cases; written by itest, never by a model. */
export interface Scaffold {
  /** Relative to the project root. */
  readonly file: string
  /** Import statements and the `app` constant. */
  readonly header: string
  /** Declarations at the top of `describe`: stubs with their default answers, a valid body. */
  readonly fixtures: string
  readonly suite: string
  /** Names that a case may use, e.g. `app`, `request`, `orders`. */
  readonly names: readonly string[]
}
