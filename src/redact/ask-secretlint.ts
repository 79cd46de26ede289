import { lintSource } from '@secretlint/core'
import { creator } from '@secretlint/secretlint-rule-preset-recommend'
import type { Hit } from './types.ts'

const PRESET = '@secretlint/secretlint-rule-preset-recommend'

/** What secretlint's recommended rules find. Loaded only when a prompt is made: it takes a tenth of a second. */
export async function askSecretlint(text: string): Promise<Hit[]> {
  const { messages } = await lintSource({
    source: { filePath: 'prompt.txt', content: text, contentType: 'text' },
    options: { config: { rules: [{ id: PRESET, rule: creator }] }, noPhysicFilePath: true },
  })
  return messages.map(({ ruleId, range }) => ({
    kind: (ruleId.split('secretlint-rule-')[1] ?? ruleId).replaceAll(/[^\w-]/g, '-'),
    ...trim(text, range),
    isGuess: false,
  }))
}

/** A range may begin with the name that is assigned to and the quote, and end with a quote or before the secret does. */
function trim(text: string, [from, to]: readonly [number, number]): { start: number; end: number } {
  const found = text.slice(from, to)
  const lead = /^[\w-]*["'`]?\s*(?:=>|[=:])\s*["'`]?(?!\/)/.exec(found)?.[0].length ?? 0
  const tail = /["'`]+$/.exec(found)?.[0].length ?? 0
  const more = tail > 0 ? 0 : (/^[\w+/=-]*/.exec(text.slice(to, to + 4096))?.[0].length ?? 0)
  return { start: from + lead, end: to - tail + more }
}
