/** What a static check says against a draft. */
export interface Finding {
  /** The rule's name, e.g. `no-sleep`. */
  readonly kind: string
  /** The path whose test it is; null when it is about the file. */
  readonly pathId: string | null
  readonly message: string
  /** 1-based line in the test file. */
  readonly line: number | null
}
