/** One test: the statements inside `it(...)`. Imports and boot belong to the scaffold. */
export interface DraftCase {
  readonly pathId: string
  readonly title: string
  readonly code: string
}

export interface Draft {
  readonly writer: string
  readonly cases: readonly DraftCase[]
  /** Paths that the writer did not write, with what is missing. */
  readonly left: readonly { readonly pathId: string; readonly reason: string }[]
  readonly usage: ModelUsage | null
}

/** Null: the backend does not say. */
export interface ModelUsage {
  readonly model: string
  /** Without those from a cache. */
  readonly inputTokens: number | null
  readonly outputTokens: number | null
  readonly cacheReadTokens: number | null
  readonly cacheWriteTokens: number | null
  /** What the backend itself says that it costs, in US dollars. */
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
