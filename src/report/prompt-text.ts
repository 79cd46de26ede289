import type { PromptSize } from '../prompt.ts'
import { plain, wrap } from './layout.ts'
import type { TextOptions } from './text.ts'

interface RouteName {
  readonly method: string
  readonly path: string
}

/** What is said beside a printed prompt: how long it is, what is missing from it, and where the answer goes. */
export function renderPromptNotes(route: RouteName, size: PromptSize, { width }: TextOptions): string {
  const lines = [
    `The route part has about ${size.tokens} tokens of at most ${size.budget}.`,
    ...describeCuts(route, size),
    ...size.cut.map(
      ({ what, lines: count, tokens, why }) => `  ${plain(what)}: ${count} lines, ${tokens} tokens: ${why}`,
    ),
    `\`itest gen ${route.method} ${route.path} --draft FILE\` checks and runs the answer, saved as it is; --draft - reads it from standard input.`,
  ]
  return `${lines.flatMap((line) => wrap(line, width, line.startsWith('  ') ? '    ' : '  ')).join('\n')}\n`
}

/** Those that are no model. */
export const WRITERS: Readonly<Record<string, string>> = {
  none: 'built in (no model)',
  draft: 'the answer given with --draft',
}

/** One line for a prompt that is not whole, or too long all the same; none otherwise. */
export function describeCuts({ method, path }: RouteName, { tokens, budget, cut }: PromptSize): string[] {
  if (cut.length === 0 && tokens <= budget) return []
  const parts = `${cut.length} ${cut.length === 1 ? 'part' : 'parts'} left out`
  const more = cut.length > 0 ? `; \`itest prompt ${method} ${path} --prompt-budget ${budget}\` lists them` : ''
  if (tokens <= budget) return [`Prompt: ${parts} to stay within ${budget} tokens${more}.`]
  const rest = 'its paths, tables, file and handler are always sent'
  const without = cut.length > 0 ? `, even with ${parts}` : ''
  return [`Prompt: about ${tokens} tokens, over the budget of ${budget}${without}: ${rest}${more}.`]
}
