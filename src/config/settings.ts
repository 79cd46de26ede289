import type { EnginePreference } from '../harness/engine/engine.ts'
import type { Effort } from '../write/model-choice.ts'
import type { SkipRule } from './define-config.ts'

/** What the user's config says, checked; plain data, so the functions of `auth` stay in their file. */
export interface Settings {
  /** Absolute; null: the project has no config, and all else is as it is without one. */
  readonly file: string | null
  /** Those that it sets, e.g. `app`. */
  readonly keys: readonly string[]
  readonly app: string | null
  readonly env: Readonly<Record<string, string>>
  readonly database: { readonly engine: EnginePreference | null; readonly url: string | null }
  readonly tests: { readonly folder: string | null; readonly file: string | null }
  readonly skip: readonly SkipRule[]
  readonly model: string | null
  readonly effort: Effort | null
  readonly maxTokens: number | null
  readonly promptBudget: number | null
  readonly stripComments: boolean
  readonly hasAuth: boolean
}

export const NO_SETTINGS: Settings = {
  file: null,
  keys: [],
  app: null,
  env: {},
  database: { engine: null, url: null },
  tests: { folder: null, file: null },
  skip: [],
  model: null,
  effort: null,
  maxTokens: null,
  promptBudget: null,
  stripComments: false,
  hasAuth: false,
}
