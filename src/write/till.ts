import type { Model, ModelReply, ModelRequest } from './model.ts'
import { costOf } from './price.ts'
import type { Purse } from './purse.ts'
import type { ReplyCache } from './reply-cache.ts'
import type { Account, ModelUsage } from './types.ts'

/** A reply, paid or kept from an earlier run. */
export interface TillReply {
  readonly text: string
  /** To be called when the reply could be read. */
  readonly accept: () => void
  /** To be called when it could not: it is of no use another time. */
  readonly reject: () => void
}

/** Asks a model, and adds up what that takes. */
export interface Till {
  readonly ask: (request: ModelRequest) => Promise<TillReply>
  readonly account: () => Account
}

/** `model` is the name to reckon with before the first reply; null: the backend chooses. */
export function openTill(options: {
  readonly ask: Model
  readonly model: string | null
  readonly purse: Purse
  readonly cache: ReplyCache
  /** Whether every request is to be paid, also one whose reply is known. */
  readonly isFresh: boolean
}): Till {
  const { ask, purse, cache, isFresh } = options
  const paid: ModelUsage[] = []
  let cached = 0
  const pay = async (request: ModelRequest): Promise<TillReply> => {
    const maxTokens = purse.limitReply(options.model, countCharacters(request))
    const reply: ModelReply = await ask(maxTokens === null ? request : { ...request, maxTokens })
    paid.push(reply.usage)
    purse.spend(costOf(reply.usage))
    return { text: reply.text, accept: () => cache.keep(cache.keyOf(request), reply.text), reject: () => {} }
  }
  return {
    ask: async (request) => {
      const key = cache.keyOf(request)
      const known = isFresh ? null : cache.find(key)
      if (known === null) return pay(request)
      cached += 1
      return { text: known, accept: () => {}, reject: () => cache.drop(key) }
    },
    account: () => ({ model: paid.at(-1)?.model ?? options.model, requests: paid.length, cached, ...addUp(paid) }),
  }
}

function countCharacters({ system, messages }: ModelRequest): number {
  return messages.reduce((sum, { text }) => sum + text.length, system.length)
}

function addUp(paid: readonly ModelUsage[]): Pick<Account, 'usage' | 'costUsd'> {
  return { usage: paid.length > 0 ? sumUsage(paid) : null, costUsd: sumKnown(paid.map(costOf)) }
}

function sumUsage(paid: readonly ModelUsage[]): Account['usage'] {
  return {
    inputTokens: sumKnown(paid.map((one) => one.inputTokens)),
    outputTokens: sumKnown(paid.map((one) => one.outputTokens)),
    cacheReadTokens: sumKnown(paid.map((one) => one.cacheReadTokens)),
    cacheWriteTokens: sumKnown(paid.map((one) => one.cacheWriteTokens)),
  }
}

/** Of which one is not known, the sum is not. */
function sumKnown(numbers: readonly (number | null)[]): number | null {
  return numbers.reduce<number | null>((all, one) => (all === null || one === null ? null : all + one), 0)
}
