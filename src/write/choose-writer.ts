import type { Model } from './model.ts'
import { type Effort, parseModel } from './model-choice.ts'
import { ANTHROPIC_BASE_URL, DEFAULT_ANTHROPIC_MODEL, OPENAI_BASE_URL } from './model-defaults.ts'

export type Writer =
  | { readonly name: 'none' }
  | {
      readonly name: 'anthropic' | 'openai' | 'claude'
      /** Null: the one that the backend takes by itself. */
      readonly modelName: string | null
      /** Where requests go, without what could be a secret; null: where the backend sends them by itself. */
      readonly address: string | null
      /** The variable that holds the key; null: without one. */
      readonly keyVariable: string | null
      /** Then a request fails before it is sent. */
      readonly isKeyMissing: boolean
      /** The same where the same request may be expected to get the same reply; holds no secret. */
      readonly id: string
      readonly model: Model
      /** What a request needs; never printed or kept. */
      readonly access: { readonly apiKey: string | undefined; readonly baseUrl: string | undefined }
    }

export interface WriterOptions {
  /** As `--model`. */
  readonly model?: string | undefined
  readonly effort?: Effort | undefined
  /** Limit of one reply; undefined: the backend's own. */
  readonly maxTokens?: number | undefined
  /** How long it may stay silent; undefined: the backend's own limit. No reply depends on it. */
  readonly modelTimeoutMs?: number | undefined
}

type Variables = Readonly<Record<string, string | undefined>>
type Chosen = Omit<Exclude<Writer, { name: 'none' }>, 'id'>

/**
 * The writer that `--model` names; without the option, Claude when there is a key and the built-in writer when not.
 * @throws UserError
 */
export function chooseWriter(options: WriterOptions, environment: Variables): Writer {
  const wanted = options.model ?? (environment.ANTHROPIC_API_KEY ? 'anthropic' : 'none')
  const choice = parseModel(wanted)
  switch (choice.backend) {
    case 'none':
      return { name: 'none' }
    case 'anthropic':
      return identify(chooseAnthropic(choice.model, options, environment), options)
    case 'openai':
      return identify(chooseOpenAi(choice.model, options, environment), options)
    case 'claude':
      return identify(chooseClaude(choice.model, options, environment), options)
    default:
      return choice satisfies never
  }
}

function chooseAnthropic(
  model: string | null,
  { effort, maxTokens, modelTimeoutMs: idleMs }: WriterOptions,
  environment: Variables,
): Chosen {
  const apiKey = environment.ANTHROPIC_API_KEY || undefined
  const baseUrl = environment.ANTHROPIC_BASE_URL || ANTHROPIC_BASE_URL
  const modelName = model ?? DEFAULT_ANTHROPIC_MODEL
  return {
    name: 'anthropic',
    modelName,
    address: withoutSecrets(baseUrl),
    keyVariable: 'ANTHROPIC_API_KEY',
    isKeyMissing: apiKey === undefined,
    access: { apiKey, baseUrl },
    model: whenAsked(async () => {
      // The SDK takes a quarter of a second to load, which a run without a model need not wait for.
      const { anthropicModel } = await import('./anthropic.ts')
      return anthropicModel({ apiKey, model: modelName, baseUrl, effort, maxTokens, idleMs })
    }),
  }
}

function chooseOpenAi(
  model: string,
  { effort, maxTokens, modelTimeoutMs: idleMs }: WriterOptions,
  environment: Variables,
): Chosen {
  const apiKey = environment.OPENAI_API_KEY || undefined
  const baseUrl = environment.OPENAI_BASE_URL || OPENAI_BASE_URL
  const isKeyMissing = apiKey === undefined && baseUrl === OPENAI_BASE_URL
  return {
    name: 'openai',
    modelName: model,
    address: withoutSecrets(baseUrl),
    keyVariable: apiKey === undefined && !isKeyMissing ? null : 'OPENAI_API_KEY',
    isKeyMissing,
    access: { apiKey, baseUrl },
    model: whenAsked(async () => {
      const { openAiModel } = await import('./openai.ts')
      return openAiModel({ apiKey, model, baseUrl, effort, maxTokens, idleMs })
    }),
  }
}

function chooseClaude(
  model: string | null,
  { effort, maxTokens, modelTimeoutMs: limitMs }: WriterOptions,
  environment: Variables,
): Chosen {
  const baseUrl = environment.ANTHROPIC_BASE_URL || null
  return {
    name: 'claude',
    modelName: model,
    address: baseUrl === null ? null : withoutSecrets(baseUrl),
    keyVariable: environment.ANTHROPIC_API_KEY ? 'ANTHROPIC_API_KEY' : null,
    isKeyMissing: false,
    access: { apiKey: undefined, baseUrl: undefined },
    model: whenAsked(async () => {
      const { claudeCliModel } = await import('./claude-cli.ts')
      return claudeCliModel({ environment, model: model ?? undefined, effort, maxTokens, limitMs })
    }),
  }
}

/** The backend is loaded with the first request, and keeps what it learns for the next ones. */
function whenAsked(load: () => Promise<Model>): Model {
  let loaded: Promise<Model> | null = null
  return async (request) => {
    loaded ??= load()
    return (await loaded)(request)
  }
}

function identify(chosen: Chosen, { effort, maxTokens }: WriterOptions): Writer {
  const { name, modelName, address } = chosen
  const parts = { model: modelName, address, effort, 'max-tokens': maxTokens }
  const said = Object.entries(parts).map(([part, value]) => `${part}=${value ?? 'default'}`)
  return { ...chosen, id: [name, ...said].join(' ') }
}

/** A password in an address, or a key behind its `?`, is refused or sent by the backend, and shown by nobody. */
function withoutSecrets(address: string): string {
  if (!URL.canParse(address)) return 'an address that can not be read'
  const { protocol, host, pathname } = new URL(address)
  return `${protocol}//${host}${pathname}`.replace(/\/+$/, '')
}
