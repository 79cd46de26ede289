import { ModelError, UserError } from '../errors.ts'
import { costOfSending, tokensFor } from './price.ts'

/** What a run of itest may spend on models, for all its routes together. */
export interface Purse {
  /**
   * How long a reply may be in tokens, so that with what is sent it costs no more than is left; null: as long as it likes.
   * @throws ModelError when too little is left
   */
  readonly limitReply: (model: string | null, characters: number) => number | null
  /** In US dollars; null: nobody knows. */
  readonly spend: (usd: number | null) => void
}

/** Below this a reply can't hold a test. */
const LEAST_REPLY_TOKENS = 500

const INSTEAD = 'Raise --max-cost, or use the built-in writer with --model none.'

/** `maxUsd` is null where there is no limit. */
export function openPurse(maxUsd: number | null): Purse {
  let spent = 0
  return {
    limitReply: (model, characters) => {
      if (maxUsd === null) return null
      const sending = model === null ? null : costOfSending(model, characters)
      // Nobody may take a limit for one that holds when it can't be reckoned.
      if (model === null || sending === null) throw priceless(model)
      const tokens = tokensFor(model, maxUsd - spent - sending) ?? 0
      if (tokens < LEAST_REPLY_TOKENS) throw empty({ maxUsd, spent, sending })
      return tokens
    },
    spend: (usd) => {
      spent += usd ?? 0
    },
  }
}

function priceless(model: string | null): UserError {
  return new UserError(
    `--max-cost: the price of ${model ?? 'the model that the backend chooses'} is not known, so no limit could be kept`,
    {
      hint: 'Leave --max-cost out, or choose a Claude model whose price itest knows, such as claude-sonnet-5-5.',
    },
  )
}

function empty({ maxUsd, spent, sending }: { maxUsd: number; spent: number; sending: number }): ModelError {
  const message = `--max-cost ${maxUsd}: about $${spent.toFixed(4)} is spent, and the next request alone may cost $${sending.toFixed(4)}.`
  return new ModelError(message, { hint: INSTEAD })
}
