/** A place in a text that must not leave. */
export interface Hit {
  /** Kebab-case, e.g. `stripe-key`; becomes a part of the mark. */
  readonly kind: string
  readonly start: number
  readonly end: number
  /** Found by its place (`password = '...'`, `redis://:...@`) and not by its own form: it may be a plain word. */
  readonly isGuess: boolean
}

export interface RedactedKind {
  readonly kind: string
  /** Different secrets, not places. */
  readonly count: number
}
