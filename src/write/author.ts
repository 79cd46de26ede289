import type { Finding } from '../check/types.ts'
import type { Plan } from '../plan/types.ts'
import type { PromptSize } from '../prompt.ts'
import type { RedactedKind } from '../redact/types.ts'
import { writeBuiltIn } from './built-in.ts'
import type { Vocabulary } from './scaffold.ts'
import type { Account, Draft } from './types.ts'

/** A case that can't be used, and all that is known of why. */
export interface CaseProblem {
  readonly pathId: string
  /** What it was; null: the writer did not write it. */
  readonly code: string | null
  /** Each with the lines of the case that it is about. */
  readonly says: readonly string[]
}

export interface Repaired {
  readonly draft: Draft
  /** What the author wrote anew and is not taken: the case stays as it was. */
  readonly refused: readonly Finding[]
}

/** Who writes the cases of one route. */
export interface Author {
  /** Throws `ModelError`. */
  readonly write: () => Promise<Draft>
  /** Writes some cases anew and keeps the others; null: it has no further attempt. Throws `ModelError`. */
  readonly repair: (draft: Draft, problems: readonly CaseProblem[]) => Promise<Repaired | null>
  readonly account: () => Account | null
  /** How long what it was told of the route is; null: it was told nothing. */
  readonly prompt: PromptSize | null
  /** What was taken out of it. */
  readonly redacted: () => readonly RedactedKind[] | null
}

/** Free, and the same each time: what it can't write at once it never can. */
export function builtInAuthor(plan: Plan, vocabulary: Vocabulary): Author {
  return singleAuthor(async () => writeBuiltIn(plan, vocabulary))
}

/** Has one attempt, and nothing to pay. */
export function singleAuthor(write: () => Promise<Draft>): Author {
  return { write, repair: async () => null, account: () => null, prompt: null, redacted: () => null }
}
