import { UserError } from '../errors.ts'
import { anthropicModel, DEFAULT_ANTHROPIC_MODEL } from './anthropic.ts'
import type { Model } from './model.ts'

export type Writer = { readonly name: 'none' } | { readonly name: 'anthropic'; readonly model: Model }

/** `--model none` or a Claude model; without the option, Claude when there is a key and the built-in writer when not. @throws UserError */
export function chooseWriter(
  wanted: string | undefined,
  environment: Readonly<Record<string, string | undefined>>,
): Writer {
  const apiKey = environment.ANTHROPIC_API_KEY || null
  if (wanted === 'none' || (wanted === undefined && apiKey === null)) return { name: 'none' }
  if (wanted !== undefined && !/^(?:anthropic$|claude-)/.test(wanted)) {
    throw new UserError(`unknown model ${wanted}`, {
      hint: 'Expected none, anthropic, or the name of a Claude model such as claude-sonnet-5-5.',
    })
  }
  if (apiKey === null) {
    throw new UserError(`--model ${wanted} needs a key, and ANTHROPIC_API_KEY is not set`, {
      hint: 'Set ANTHROPIC_API_KEY, or use --model none for the built-in writer.',
    })
  }
  const model = wanted === undefined || wanted === 'anthropic' ? DEFAULT_ANTHROPIC_MODEL : wanted
  const baseUrl = environment.ANTHROPIC_BASE_URL
  return { name: 'anthropic', model: anthropicModel({ apiKey, model, ...(baseUrl ? { baseUrl } : {}) }) }
}
