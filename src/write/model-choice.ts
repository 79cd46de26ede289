import { UserError } from '../errors.ts'

export const EFFORTS = ['low', 'medium', 'high', 'max'] as const

export type Effort = (typeof EFFORTS)[number]

/** Who writes; `model` null: the one that the backend takes by itself. */
export type ModelChoice =
  | { readonly backend: 'none' }
  | { readonly backend: 'anthropic'; readonly model: string | null }
  | { readonly backend: 'openai'; readonly model: string }
  | { readonly backend: 'claude'; readonly model: string | null }

const HINT =
  'Expected none, anthropic, a Claude model such as claude-sonnet-5-5, openai:NAME, or claude (the command line) or claude:NAME.'

/** What a value of `--model` asks for. @throws UserError */
export function parseModel(wanted: string): ModelChoice {
  if (wanted.startsWith('claude-')) return { backend: 'anthropic', model: readName(wanted, wanted) }
  // Only the first colon parts: names of local models have one of their own (llama3.1:8b).
  const [, backend = wanted, name = null] = /^([^:]*):(.*)$/s.exec(wanted) ?? []
  const model = name === null ? null : readName(name, wanted)
  if (backend === 'none' && model === null) return { backend }
  if (backend === 'anthropic' || backend === 'claude') return { backend, model }
  if (backend !== 'openai') throw new UserError(`unknown model ${wanted}`, { hint: HINT })
  if (model !== null) return { backend, model }
  throw new UserError('--model openai: expected a model behind it, found none', {
    hint: 'Name one that the server has, e.g. --model openai:qwen3-coder.',
  })
}

/** A name that begins with a dash would be an option to the command line that gets it. */
function readName(name: string, wanted: string): string {
  if (/^[^\s\p{Cc}-][^\s\p{Cc}]*$/u.test(name)) return name
  throw new UserError(`--model ${wanted}: expected the name of a model behind the colon, found "${name}"`, {
    hint: HINT,
  })
}
