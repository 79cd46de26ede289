import { UserError } from '../errors.ts'
import type { AnthropicOptions } from './anthropic.ts'
import type { Model, ModelReply, ModelRequest } from './model.ts'

export type Writer =
  | { readonly name: 'none' }
  | {
      readonly name: 'anthropic'
      readonly model: Model
      readonly modelName: string
      /** All that a reply depends on beside the request; no secret. */
      readonly id: string
    }

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
  const model = wanted === undefined || wanted === 'anthropic' ? undefined : wanted
  const options = { apiKey, model, baseUrl: environment.ANTHROPIC_BASE_URL || undefined }
  const modelName = model ?? 'claude-sonnet-5-5'
  const id = `anthropic ${modelName} ${options.baseUrl ?? ''}`
  return { name: 'anthropic', model: (request) => askAnthropic(options, request), modelName, id }
}

/** The SDK takes a quarter of a second to load, which a run without a model need not wait for. */
async function askAnthropic(options: AnthropicOptions, request: ModelRequest): Promise<ModelReply> {
  const { anthropicModel } = await import('./anthropic.ts')
  return anthropicModel(options)(request)
}
