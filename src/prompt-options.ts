import path from 'node:path'
import type { Settings } from './config/settings.ts'
import { UserError } from './errors.ts'

/** Of a command that asks a model, or prints what it would be asked. */
export interface PromptOptions {
  /** Estimated tokens of what is said of one route; default 30,000. */
  readonly promptBudget?: number
  /** An answer that is there already, in place of a model: an absolute file, or `-` for standard input. */
  readonly draft?: string
}

export const LEAST_BUDGET = 1000

/** @throws UserError */
export function readPromptOptions(
  raw: Readonly<Record<string, unknown>>,
  cwd: string,
  settings: Pick<Settings, 'promptBudget'>,
): PromptOptions {
  const { draft, model } = raw
  const budget = raw.promptBudget === undefined ? settings.promptBudget : readBudget(String(raw.promptBudget))
  if (draft !== undefined && model !== undefined) {
    throw new UserError('--draft and --model: expected one of them, found both', {
      hint: 'With --draft the tests come from the file, and no model is asked.',
    })
  }
  return {
    ...(budget === null ? {} : { promptBudget: budget }),
    ...(draft === undefined ? {} : { draft: draft === '-' ? '-' : path.resolve(cwd, String(draft)) }),
  }
}

function readBudget(given: string): number {
  const number = Number(given.replaceAll('_', ''))
  if (/^[1-9][\d_]{0,9}$/.test(given) && number >= LEAST_BUDGET) return number
  throw new UserError(`--prompt-budget: expected a whole number of tokens, at least ${LEAST_BUDGET}, found ${given}`, {
    hint: 'Example: --prompt-budget 20000. `itest prompt POST /orders --json` says how many a route takes.',
  })
}
