/** The user's mistake: printed as message and hint, exit code 2. */
export class UserError extends Error {
  readonly hint: string

  constructor(message: string, options: { hint: string; cause?: unknown }) {
    super(message, { cause: options.cause })
    this.name = 'UserError'
    this.hint = options.hint
  }
}

/** The model could not do its part: printed as message and hint, exit code 4. */
export class ModelError extends Error {
  readonly hint: string

  constructor(message: string, options: { hint: string; cause?: unknown }) {
    super(message, { cause: options.cause })
    this.name = 'ModelError'
    this.hint = options.hint
  }
}

/** A reply that does not have the agreed form; told so, the model may do better. */
export class UnreadableReply extends ModelError {}
