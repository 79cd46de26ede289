/** A mail that the app sent. */
export interface Mail {
  /** Of the envelope: the address alone. */
  readonly from: string
  /** Of the envelope: everybody who gets it, also in copy and in blind copy. */
  readonly to: readonly string[]
  readonly subject: string
  readonly text: string
  readonly html: string
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>
  readonly attachments: readonly { readonly filename: string | null; readonly type: string; readonly text: string }[]
  /** The message as it was sent. */
  readonly raw: string
}

export type MailAnswer =
  | { readonly kind: 'accept' }
  | { readonly kind: 'reject'; readonly code: number; readonly text: string }
  | { readonly kind: 'refuse' }
  | { readonly kind: 'reset' }
  | { readonly kind: 'hang' }
