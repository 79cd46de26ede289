import type { RedactedKind } from '../redact/types.ts'
import { describeRedacted } from './describe-redacted.ts'

/** What `gen --print-prompt` prints with `--json`. */
export interface PrintedPrompt {
  readonly schema: 'itest.print-prompt/1'
  readonly sent: false
  readonly route: { readonly method: string; readonly path: string }
  /** `none`: nothing would be sent. */
  readonly writer: string
  readonly model: string | null
  /** Where it would be sent. */
  readonly address: string | null
  readonly system: string
  readonly messages: readonly { readonly role: 'user' | 'assistant'; readonly text: string }[]
  readonly redacted: readonly RedactedKind[]
  readonly comments: 'kept' | 'stripped'
}

/** Word for word between its lines, so nothing is wrapped. */
export function renderPrintedPrompt(report: PrintedPrompt): string {
  const { writer, model, address, system, messages, redacted, comments } = report
  const head =
    writer === 'none'
      ? 'Writer: built in (no model), so nothing would be sent. What a model would get:'
      : `Writer: ${writer} ${model ?? 'with its own choice of a model'} at ${address ?? 'its own address'}. Nothing was sent. What would be:`
  const kept = comments === 'kept' ? 'kept; --strip-comments leaves them out' : 'left out'
  return [
    head,
    `Secrets: ${describeRedacted(redacted)}. What no rule knows is not found, so read on.`,
    `Comments of the code: ${kept}.`,
    '',
    '----- system',
    system,
    ...messages.flatMap(({ role, text }) => [`----- ${role}`, text]),
    '----- end',
    '',
  ].join('\n')
}
