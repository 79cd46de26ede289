import { findLoosened } from '../check/loosens.ts'
import type { Finding } from '../check/types.ts'
import { UnreadableReply } from '../errors.ts'
import type { Plan } from '../plan/types.ts'
import type { RedactedPrompt } from '../redact/redact-prompt.ts'
import { restoreDraft } from '../redact/restore-draft.ts'
import { fillTemplate } from '../templates.ts'
import type { Author, CaseProblem, Repaired } from './author.ts'
import { DraftReply, readCases, readDraft } from './draft-schema.ts'
import type { ModelMessage } from './model.ts'
import type { Till } from './till.ts'
import type { Draft, DraftCase } from './types.ts'

export interface ModelAuthorOptions {
  /** The backend's name for reports, e.g. `anthropic`. */
  readonly writer: string
  readonly till: Till
  readonly plan: Plan
  readonly prompt: RedactedPrompt
  /** `prompts/repair.md`. */
  readonly repairTemplate: string
  /** Replies that may be asked for in all. */
  readonly attempts: number
  readonly signal?: AbortSignal | undefined
  readonly onProgress?: ((characters: number) => void) | undefined
}

/** Has a model write, and write anew what can't be used, in one conversation, whose beginning stays the same. */
export function modelAuthor(options: ModelAuthorOptions): Author {
  const { plan, prompt, till } = options
  const messages: ModelMessage[] = [{ role: 'user', text: prompt.user }]
  let left = options.attempts

  const ask = async <T>(read: (text: string) => T): Promise<T> => {
    for (;;) {
      left -= 1
      const { signal, onProgress } = options
      const request = { system: prompt.system, messages: [...messages], schema: DraftReply, signal, onProgress }
      const { text, accept, reject } = await till.ask(request)
      messages.push({ role: 'assistant', text })
      try {
        const found = read(text)
        accept()
        return found
      } catch (error) {
        reject()
        if (!(error instanceof UnreadableReply) || left === 0) throw error
        messages.push({ role: 'user', text: `${error.message} Answer again, with all of that JSON and nothing else.` })
      }
    }
  }

  return {
    account: till.account,
    prompt: prompt.size,
    redacted: prompt.redactor.counts,
    write: () => ask((text) => restoreDraft(readDraft(text, plan, options.writer), prompt.redactor)),
    repair: async (draft, problems) => {
      if (left === 0) return null
      // What a run says may hold what the prompt does not.
      messages.push({ role: 'user', text: await prompt.redactor.redact(renderRepair(problems, options)) })
      const ids = problems.map(({ pathId }) => pathId)
      const fresh = await ask((text) => restoreDraft(readCases(text, plan, ids), prompt.redactor))
      return mergeCases(draft, fresh, plan)
    },
  }
}

function renderRepair(problems: readonly CaseProblem[], { repairTemplate }: ModelAuthorOptions): string {
  return fillTemplate(repairTemplate, { cases: problems.map(describeProblem).join('\n\n') })
}

function describeProblem({ pathId, code, says }: CaseProblem): string {
  const list = says.map((one) => `- ${one.replaceAll('\n', '\n  ')}`)
  return [`### ${pathId}`, ...(code === null ? [] : ['```ts', code, '```']), 'What is wrong:', ...list].join('\n')
}

/** What the model wrote anew, unless it asserts less, without what it says it can't write; all other cases as they were. */
function mergeCases(draft: Draft, fresh: Pick<Draft, 'cases' | 'left'>, plan: Plan): Repaired {
  const refused: Finding[] = []
  const dropped = fresh.left.filter(({ isMistake }) => isMistake !== true)
  const taken = fresh.cases.filter((after) => {
    const before = draft.cases.find(({ pathId }) => pathId === after.pathId)
    const path = plan.paths.find(({ id }) => id === after.pathId)
    const loosened = before && path ? findLoosened(before, after, path) : null
    if (loosened !== null) refused.push(refuse(after, loosened))
    return loosened === null
  })
  const isSettled = ({ pathId }: { readonly pathId: string }): boolean =>
    [...taken, ...dropped].some((one) => one.pathId === pathId)
  const order = plan.paths.map(({ id }) => id)
  const cases = [...draft.cases.filter((one) => !isSettled(one)), ...taken]
  return {
    draft: {
      ...draft,
      cases: cases.toSorted((one, other) => order.indexOf(one.pathId) - order.indexOf(other.pathId)),
      left: [...draft.left.filter((one) => !isSettled(one)), ...dropped],
    },
    refused,
  }
}

function refuse({ pathId }: DraftCase, loosened: string): Finding {
  const message = `a repair was refused: ${loosened}; a repair must assert all that the test asserted`
  return { kind: 'loosened', pathId, message, line: null }
}
