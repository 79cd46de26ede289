import type { ModelUsage } from './types.ts'

/** US dollars per million tokens. */
interface Price {
  readonly input: number
  readonly output: number
  readonly cacheRead: number
  readonly cacheWrite: number
}

/**
 * What Claude Code 2.1.329 reckons with, by the beginning of a model's name. Neither the API nor its SDK says a price, so
 * this can be out of date; a model that is not listed has no price here, and its cost is not guessed.
 */
const PRICES: readonly (readonly [string, Price])[] = [
  ['claude-sonnet-5-5', { input: 2, output: 10, cacheRead: 0.1, cacheWrite: 2.5 }],
  ['claude-opus-5-5', { input: 4, output: 20, cacheRead: 0.2, cacheWrite: 5 }],
  ['claude-haiku-5-5', { input: 0.1, output: 0.5, cacheRead: 0.01, cacheWrite: 0.125 }],
]

const MILLION = 1_000_000

/** Text of a program has some 3.5 characters per token; fewer are taken, so that a request is not reckoned too cheap. */
const CHARACTERS_PER_TOKEN = 2.5

/** In US dollars; null: the backend does not say, and the model's price is not known. */
export function costOf(usage: ModelUsage): number | null {
  if (usage.costUsd !== null) return usage.costUsd
  const price = findPrice(usage.model)
  if (!price) return null
  const { inputTokens, outputTokens, cacheReadTokens, cacheWriteTokens } = usage
  if (inputTokens === null || outputTokens === null || cacheReadTokens === null || cacheWriteTokens === null)
    return null
  return (
    (inputTokens * price.input +
      outputTokens * price.output +
      cacheReadTokens * price.cacheRead +
      cacheWriteTokens * price.cacheWrite) /
    MILLION
  )
}

/** At most what so many characters cost as a request, without its reply; null: the model's price is not known. */
export function costOfSending(model: string, characters: number): number | null {
  const price = findPrice(model)
  if (!price) return null
  return (characters / CHARACTERS_PER_TOKEN / MILLION) * Math.max(price.input, price.cacheWrite)
}

/** How many tokens of a reply so many dollars pay for; null: the model's price is not known. */
export function tokensFor(model: string, usd: number): number | null {
  const price = findPrice(model)
  return price ? Math.floor((usd / price.output) * MILLION) : null
}

function findPrice(model: string): Price | null {
  return PRICES.find(([name]) => model === name || model.startsWith(`${name}-`))?.[1] ?? null
}
