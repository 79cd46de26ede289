import { partsOf, usedBy } from '../scan/expressions.ts'
import type { Dossier, Expression, Scenario, TraceEvent } from '../scan/types.ts'
import { fingerprint } from './fingerprint.ts'

export type ExternalEvent = Extract<TraceEvent, { kind: 'external' }>
export type DbEvent = Extract<TraceEvent, { kind: 'db' }>
export type RespondEvent = Extract<TraceEvent, { kind: 'respond' }>
export type InputExpression = Extract<Expression, { kind: 'input' }>
export type ResultExpression = Extract<Expression, { kind: 'result' }>

export function expressionsOfScenario(scenario: Scenario): Expression[] {
  return [...scenario.decisions.map((decision) => decision.condition), ...scenario.events.flatMap(usedBy)].flatMap(
    partsOf,
  )
}

export function isExternal(event: TraceEvent): event is ExternalEvent {
  return event.kind === 'external' && event.effect === 'known'
}

const ASKING = /(?:verif|validat|search|quote|token|introspect|geocode|lookup|check|score|estimate|graphql)\w*$/i

/** Whether the call has an effect at the other end, as far as method and address tell: `GET` and `POST /verify` only ask. */
export function changesSomething(event: ExternalEvent): boolean {
  if (event.target.protocol !== 'http') return true
  const { method, url } = event.target
  if (method.kind === 'literal' && /^(?:get|head|options)$/i.test(String(method.value))) return false
  const last = partsOf(url).findLast((part) => part.kind === 'literal')
  const path = last?.kind === 'literal' ? String(last.value).split('?')[0] : ''
  return !ASKING.test(path ?? '')
}

export function isWrite(event: TraceEvent): event is DbEvent {
  return (
    event.kind === 'db' &&
    (event.operation === 'insert' || event.operation === 'update' || event.operation === 'delete')
  )
}

/** A write, or a statement in plain SQL that can't be told from one. */
export function mayWrite(event: TraceEvent): boolean {
  if (event.kind !== 'db' || event.operation !== 'raw') return isWrite(event)
  const text = JSON.stringify(event.where ?? '')
  const isRead = /"\W*\b(?:select|show|explain|pragma)\b/i.test(text)
  return !isRead || /\b(?:insert|update|delete|truncate|call)\b/i.test(text)
}

export function responseOf(scenario: Scenario): RespondEvent | null {
  return scenario.events.find((event) => event.kind === 'respond') ?? null
}

/** The status when it is a number of the code. */
export function statusOf(scenario: Scenario): number | null {
  const status = responseOf(scenario)?.status
  return status?.kind === 'literal' && typeof status.value === 'number' ? status.value : null
}

/** The event that fails in this scenario, with how it fails; null when nothing does. */
export function failureOf(scenario: Scenario): Failure | null {
  return failuresOf(scenario)[0] ?? null
}

/** How the event fails; a fault that lasts is met by every attempt. */
export function howItFails(scenario: Scenario, event: number): string | null {
  return failuresOf(scenario).find((failure) => failure.event === event)?.how ?? null
}

interface Failure {
  readonly event: number
  readonly how: string
}

function failuresOf(scenario: Scenario): Failure[] {
  return scenario.decisions.flatMap(({ condition, taken }) => {
    const [target] = condition.kind === 'operation' ? condition.operands : []
    if (!taken || condition.kind !== 'operation' || target?.kind !== 'result') return []
    return FAILURE_NAMES.has(condition.name) ? [{ event: target.event, how: condition.name }] : []
  })
}

const FAILURE_NAMES = new Set(['rejects', 'connection reset', 'times out', 'malformed'])

/** Whether both scenarios answer every condition alike until one of them has no more. */
export function sharesDecisions(scenario: Scenario, other: Scenario, upTo: number): boolean {
  const answers = answersOf(other)
  return scenario.decisions
    .slice(0, upTo)
    .every(({ condition, taken }) => answers.get(fingerprint(condition)) === taken)
}

const answered = new WeakMap<Scenario, ReadonlyMap<string, boolean>>()

function answersOf(scenario: Scenario): ReadonlyMap<string, boolean> {
  const seen = answered.get(scenario)
  if (seen) return seen
  const answers = new Map(scenario.decisions.map(({ condition, taken }) => [fingerprint(condition), taken]))
  answered.set(scenario, answers)
  return answers
}

/** The number of the scenario's first decision that the other answers differently; -1 when there is none. */
export function firstDifference(scenario: Scenario, other: Scenario): number {
  return scenario.decisions.findIndex((decision, index) => {
    const twin = other.decisions[index]
    return !twin || fingerprint(twin.condition) !== fingerprint(decision.condition) || twin.taken !== decision.taken
  })
}

export function tableOf(dossier: Dossier, name: string | null): Dossier['tables'][number] | null {
  return dossier.tables.find((table) => table.name === name) ?? null
}
