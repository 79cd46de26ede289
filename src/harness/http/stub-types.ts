/** An outbound call as the provider would have seen it. */
export interface RecordedCall {
  /** e.g. `https://api.stripe.com`. */
  readonly origin: string
  readonly method: string
  readonly path: string
  readonly query: Readonly<Record<string, string>>
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>
  /**
   * JSON is parsed; a form is an object of its fields, of lists where a name comes twice, and of
   * `{ filename, type, text }` where it is a file. Anything else is text; undefined when there is no body.
   */
  // biome-ignore lint/suspicious/noExplicitAny: as in supertest, a test reads fields of a body without a cast.
  readonly body: any
}

export interface StubReply {
  readonly status: number
  /** Text and bytes as they are, anything else as JSON. */
  readonly body?: unknown
  readonly headers?: Readonly<Record<string, string>>
}

export type StubAnswer =
  | { readonly kind: 'reply'; readonly answer: (call: RecordedCall) => StubReply | Promise<StubReply> }
  | { readonly kind: 'stream'; readonly reply: StubReply; readonly chunks: readonly string[] }
  | { readonly kind: 'cut'; readonly reply: StubReply }
  | { readonly kind: 'reset' }
  | { readonly kind: 'hang'; readonly afterHeaders: boolean }

export interface StubRule {
  readonly origin: string
  readonly method: string
  readonly path: string
  readonly when: ((call: RecordedCall) => boolean) | null
  /** One per call; the last one stays. */
  readonly answers: StubAnswer[]
  hits: number
}
