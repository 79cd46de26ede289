import type * as z from 'zod'
import type { ModelUsage } from './types.ts'

export interface ModelMessage {
  readonly role: 'user' | 'assistant'
  readonly text: string
}

export interface ModelRequest {
  /** The same bytes for every route, so that a backend can cache it. */
  readonly system: string
  /** In turn; the first and the last are the user's. */
  readonly messages: readonly ModelMessage[]
  /** The shape of the reply. A backend passes it on; who asked reads and validates the text. */
  readonly schema: z.ZodType
  /** Of the reply, thinking included; default: the backend's. */
  readonly maxTokens?: number | undefined
  readonly signal?: AbortSignal | undefined
  /** Called while the reply arrives, with its length so far. */
  readonly onProgress?: ((characters: number) => void) | undefined
}

export interface ModelReply {
  readonly text: string
  readonly usage: ModelUsage
}

/** A language model: one request, one whole reply. Throws `ModelError`; never answers with part of a reply. */
export type Model = (request: ModelRequest) => Promise<ModelReply>
