import { partsOf } from '../scan/expressions.ts'
import type { Scenario } from '../scan/types.ts'
import { type ExternalEvent, failureOf } from './expressions.ts'
import type { StubReply } from './types.ts'

/** One way in which a dependency fails. */
export interface Variant {
  readonly name: string
  readonly words: string
  /** Null: as the scenario's own stub answers. */
  readonly reply: StubReply | null
}

/** The failures that this scenario stands for, e.g. every error status when the code looks only at `ok`. */
export function variantsOf(scenario: Scenario, event: ExternalEvent, reply: StubReply): Variant[] {
  const how = failureOf(scenario)
  if (how?.event === event.id) return [nameFailure(how.how, event, reply)]
  if (reply.kind !== 'json') return []
  if (reply.status < 300)
    return [{ name: 'unexpected-answer', words: `answers ${JSON.stringify(reply.body)}`, reply: null }]
  const named: Variant = { name: `answers-${reply.status}`, words: `answers ${reply.status}`, reply: null }
  // Where the code reads the answer of a failure, only the answer made for this scenario leads this way.
  const isGeneric = !reads(scenario, event, /^(?:status|json|text|headers)$/)
  const others = [429, 503].filter((status) => isGeneric && status !== reply.status)
  return [
    named,
    ...others.map((status) => ({
      name: `answers-${status}`,
      words: `answers ${status}`,
      reply: { kind: 'json', status, body: { error: 'unavailable' } } as const,
    })),
  ]
}

function nameFailure(how: string, event: ExternalEvent, reply: StubReply): Variant {
  if (how === 'connection reset') return { name: 'connection-reset', words: 'drops the connection', reply: null }
  if (how === 'malformed' && reply.kind === 'text' && reply.status >= 300)
    return { name: `malformed-${reply.status}`, words: `answers ${reply.status} with malformed JSON`, reply: null }
  if (how === 'malformed') return { name: 'malformed-answer', words: 'answers malformed JSON', reply: null }
  const limit = event.target.protocol === 'http' ? event.target.timeoutMs : null
  return { name: 'timeout', words: `does not answer within ${limit} ms`, reply: null }
}

function reads(scenario: Scenario, event: ExternalEvent, field: RegExp): boolean {
  const conditions = scenario.decisions.flatMap(({ condition }) => partsOf(condition))
  return conditions.some((part) => part.kind === 'result' && part.event === event.id && field.test(part.path[0] ?? ''))
}
