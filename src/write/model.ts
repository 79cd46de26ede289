import type * as z from 'zod'
import type { Plan } from '../plan/types.ts'
import { DraftReply, readDraft } from './draft-schema.ts'
import type { Draft, ModelUsage } from './types.ts'

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

/** Has a model write the cases of a plan, in one attempt. Throws `ModelError`. */
export async function writeWithModel(options: {
  model: Model
  /** The backend's name for reports, e.g. `anthropic`. */
  writer: string
  plan: Plan
  prompt: { readonly system: string; readonly user: string }
  signal?: AbortSignal | undefined
  onProgress?: ((characters: number) => void) | undefined
}): Promise<Draft> {
  const { model, writer, plan, prompt, signal, onProgress } = options
  const messages = [{ role: 'user', text: prompt.user }] as const
  const reply = await model({ system: prompt.system, messages, schema: DraftReply, signal, onProgress })
  return readDraft(reply.text, plan, { writer, usage: reply.usage })
}
