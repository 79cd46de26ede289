import { ModelError } from '../errors.ts'
import {
  type AnthropicOptions,
  explain,
  makeBody,
  makeClient,
  readReply,
  type Settings,
  settle,
} from './anthropic-client.ts'
import type { ModelReply, ModelRequest } from './model.ts'
import { brokenOff } from './model-failures.ts'
import { costOf } from './price.ts'

/** What became of one request of a batch. */
export type BatchAnswer =
  | { readonly id: string; readonly reply: ModelReply }
  | { readonly id: string; readonly reply: null; readonly reason: string }

/** Requests that are answered within a day, at half the price. Throws `ModelError`. */
export interface Batches {
  /** `id`s are ours, of at most 64 letters and digits. Returns the name of the batch. */
  readonly submit: (requests: ReadonlyMap<string, ModelRequest>, signal: AbortSignal) => Promise<string>
  readonly hasEnded: (batch: string, signal: AbortSignal) => Promise<boolean>
  readonly read: (batch: string, signal: AbortSignal) => Promise<readonly BatchAnswer[]>
}

/** Of a batch, input and output cost half of what they cost otherwise. */
const DISCOUNT = 0.5

/** The Message Batches API of Anthropic. Throws `ModelError` for a missing key or a wrong address. */
export function anthropicBatches(options: AnthropicOptions): Batches {
  const settings = settle(options)
  const { batches } = makeClient(settings).messages
  const orExplain = async <T>(work: () => Promise<T>, signal: AbortSignal): Promise<T> => {
    try {
      return await work()
    } catch (cause) {
      signal.throwIfAborted()
      throw cause instanceof ModelError ? cause : explain(cause, settings)
    }
  }
  return {
    submit: (requests, signal) =>
      orExplain(async () => {
        const list = [...requests].map(([id, request]) => ({ custom_id: id, params: makeBody(settings, request) }))
        const { id } = await batches.create({ requests: list }, { signal })
        // What stands between may answer with anything.
        if (typeof id !== 'string') throw brokenOff('the answer names no batch', null)
        return id
      }, signal),
    hasEnded: (batch, signal) =>
      orExplain(async () => (await batches.retrieve(batch, {}, { signal })).processing_status === 'ended', signal),
    read: (batch, signal) =>
      orExplain(async () => {
        const answers: BatchAnswer[] = []
        for await (const one of await batches.results(batch, {}, { signal })) answers.push(readAnswer(one, settings))
        return answers
      }, signal),
  }
}

type Batch = ReturnType<ReturnType<typeof makeClient>['messages']['batches']['results']>
type Response = Awaited<Batch> extends AsyncIterable<infer One> ? One : never

function readAnswer({ custom_id: id, result }: Response, settings: Settings): BatchAnswer {
  if (result.type === 'errored') return { id, reply: null, reason: result.error.error.message }
  if (result.type !== 'succeeded') return { id, reply: null, reason: `it has ${result.type}` }
  try {
    const reply = readReply(result.message, settings)
    const costUsd = costOf(reply.usage)
    return { id, reply: { ...reply, usage: { ...reply.usage, costUsd: costUsd === null ? null : costUsd * DISCOUNT } } }
  } catch (error) {
    if (!(error instanceof ModelError)) throw error
    return { id, reply: null, reason: error.message }
  }
}
