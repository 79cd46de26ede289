import type { RedactedKind } from '../redact/types.ts'

/** `3 secrets were redacted (2 environment values, 1 stripe key)` */
export function describeRedacted(redacted: readonly RedactedKind[]): string {
  const all = redacted.reduce((sum, { count }) => sum + count, 0)
  if (all === 0) return 'no secret was found in it to redact'
  const kinds = redacted.map(({ kind, count }) => `${count} ${kind.replaceAll('-', ' ')}${count === 1 ? '' : 's'}`)
  return `${all} ${all === 1 ? 'secret was' : 'secrets were'} redacted (${kinds.join(', ')})`
}
