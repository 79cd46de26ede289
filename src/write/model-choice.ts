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

/** Of `--effort`. @throws UserError */
export function parseEffort(given: string | null): Effort | null {
  if (given === null) return null
  const known = EFFORTS.find((effort) => effort === given)
  if (known) return known
  throw new UserError(`--effort: expected ${EFFORTS.join(', ')}, found ${given}`, {
    hint: 'How much the model thinks before it answers; what it does by itself is the default.',
  })
}

/** Of `--max-tokens`. @throws UserError */
export function parseMaxTokens(given: string | null): number | null {
  if (given === null) return null
  if (/^[1-9]\d{0,6}$/.test(given)) return Number(given)
  throw new UserError(`--max-tokens: expected a whole number from 1 to 9999999, found ${given}`, {
    hint: 'The limit of one reply of the model, its thinking included.',
  })
}

/** A name that begins with a dash would be an option to the command line that gets it. */
function readName(name: string, wanted: string): string {
  if (/^[^\s\p{Cc}-][^\s\p{Cc}]*$/u.test(name)) return name
  throw new UserError(`--model ${wanted}: expected the name of a model behind the colon, found "${name}"`, {
    hint: HINT,
  })
}
