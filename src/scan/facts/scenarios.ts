import type { Expression, Scenario, TraceEvent } from '../types.ts'
import { describe, numberOf } from './expressions.ts'
import type { Outcome } from './types.ts'

export type DbEvent = Extract<TraceEvent, { kind: 'db' }>
export type ExternalEvent = Extract<TraceEvent, { kind: 'external' }>
export type RespondEvent = Extract<TraceEvent, { kind: 'respond' }>
export type WriteEvent = DbEvent & { readonly operation: 'insert' | 'update' | 'delete' | 'raw' }

export function responseOf(scenario: Scenario): RespondEvent | null {
  return scenario.events.find((event) => event.kind === 'respond') ?? null
}

/** How the scenario ends for whoever sent the request. */
export function outcomeOf(scenario: Scenario): Outcome {
  const response = responseOf(scenario)
  if (response) return { end: 'responded', status: response.status, body: response.body }
  return { end: scenario.end === 'hangs' ? 'hangs' : 'cut', status: null, body: null }
}

/** The answer's status when the code shows it as a number. */
export function statusOf(scenario: Scenario): number | null {
  return numberOf(responseOf(scenario)?.status)
}

export function isWrite(event: TraceEvent): event is WriteEvent {
  if (event.kind !== 'db' || event.operation === 'select') return false
  return event.operation !== 'raw' || !readsOnly(event.where)
}

/** Whether a raw statement is seen to change nothing. */
function readsOnly(statement: Expression | null): boolean {
  return (
    statement !== null &&
    /^\W*(?:sql\W*)*(?:select|show|table |\$count|with\b(?!.*\b(?:insert|update|delete)\b))/i.test(describe(statement))
  )
}

/** Where in the code, and by which calls, an event comes about: the same in every scenario. */
export function siteOf(event: TraceEvent): string {
  const known = sites.get(event) ?? describeSite(event)
  sites.set(event, known)
  return known
}

const sites = new WeakMap<TraceEvent, string>()

function describeSite(event: TraceEvent): string {
  const what =
    event.kind === 'db' ? `${event.operation} ${event.table}` : event.kind === 'external' ? targetOf(event) : event.kind
  const calls = event.stack.map(({ file, line }) => `${file}:${line}`).join('>')
  return `${calls} ${event.at.file}:${event.at.line} ${what}`
}

/** `POST ${PAY_URL}/charges` or `stripe.charges.create`. */
export function targetOf({ target }: ExternalEvent): string {
  return target.protocol === 'package' ? target.name : `${describe(target.method)} ${describe(target.url)}`
}

export function hasFailure(scenario: Scenario): boolean {
  return scenario.events.some(isFailed)
}

export function isFailed(event: TraceEvent): boolean {
  return (event.kind === 'db' || event.kind === 'external') && event.outcome === 'fails'
}

/** The transactions that are open when the event at an index happens, outermost first. */
export function openTransactions(scenario: Scenario, index: number): number[] {
  const open: number[] = []
  for (const event of scenario.events.slice(0, index)) {
    if (event.kind !== 'transaction') continue
    if (event.phase === 'begin') open.push(event.transaction)
    else open.splice(open.indexOf(event.transaction), 1)
  }
  return open
}

/** The items without those that look the same in JSON. */
export function distinct<T>(items: readonly T[]): T[] {
  return [...new Map(items.map((item) => [JSON.stringify(item), item])).values()]
}
