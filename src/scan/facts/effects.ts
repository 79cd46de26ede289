import { partsOf } from '../expressions.ts'
import { accessByCommand, accessByNames } from '../models/package-effects.ts'
import type { Expression, Scenario, TraceEvent } from '../types.ts'
import { type Blame, createBlame } from './blame.ts'
import { distinctOutcomes } from './outcomes.ts'
import {
  distinct,
  type ExternalEvent,
  hasFailure,
  isFailed,
  isWrite,
  openTransactions,
  outcomeOf,
  siteOf,
  statusOf,
  targetOf,
} from './scenarios.ts'
import type { Compensation, EffectFact, UndoneOutcome, WriteAfter, WriteFact } from './types.ts'

/** An event in one scenario. */
interface Occurrence<E extends TraceEvent = ExternalEvent> {
  readonly scenario: Scenario
  readonly index: number
  readonly event: E
}

interface Given {
  /** Places of what is done when all goes well. */
  readonly usual: ReadonlySet<string>
  readonly isToBlame: Blame
}

/** One entry for every place that calls out, with the writes around it. */
export function readEffects(scenarios: readonly Scenario[]): EffectFact[] {
  const usual = new Set(usualScenarios(scenarios).flatMap(({ events }) => events.map(siteOf)))
  const given = { usual, isToBlame: createBlame(scenarios) }
  return [...callSites(scenarios).values()].flatMap((found) => readEffect(found, given) ?? [])
}

/** Where each place first occurs in each scenario. */
function callSites(scenarios: readonly Scenario[]): Map<string, Occurrence[]> {
  const sites = new Map<string, Occurrence[]>()
  for (const scenario of scenarios) {
    const seen = new Set<string>()
    for (const [index, event] of scenario.events.entries()) {
      const site = siteOf(event)
      if (event.kind !== 'external' || seen.has(site)) continue
      seen.add(site)
      sites.set(site, [...(sites.get(site) ?? []), { scenario, index, event }])
    }
  }
  return sites
}

function readEffect(found: readonly Occurrence[], given: Given): EffectFact | null {
  const happy = happyOf(found)
  const first = happy[0] ?? found[0]
  if (!first) return null
  const { event } = first
  return {
    class: event.effect,
    target: targetOf(event),
    access: accessOf(event),
    caller: event.caller,
    at: event.at,
    stack: event.stack,
    timing: event.timing,
    inTransaction: openTransactions(first.scenario, first.index).at(-1) ?? null,
    idempotencyKey: readKey(event),
    writesBefore: distinct(happy.flatMap((one) => writesAround(one, 'before').map(({ fact }) => fact))),
    writesAfter: readWritesAfter(found, happy, given),
    whenItFails: readEnds(found.flatMap(failedAttempts), given),
    whenRefused: readEnds(found.filter(isRefused), given),
  }
}

/** The scenarios in which everything goes well; when there is none, those in which nothing fails. */
function usualScenarios(scenarios: readonly Scenario[]): Scenario[] {
  const plain = scenarios.filter((scenario) => !hasFailure(scenario))
  const good = plain.filter((scenario) => (statusOf(scenario) ?? 200) < 400)
  return good.length > 0 ? good : plain
}

function happyOf(found: readonly Occurrence[]): Occurrence[] {
  const usual = new Set(usualScenarios(found.map(({ scenario }) => scenario)))
  return found.filter(({ scenario }) => usual.has(scenario))
}

function accessOf({ target }: ExternalEvent): EffectFact['access'] {
  if (target.protocol === 'package') {
    const [first] = target.arguments
    const command = first?.kind === 'operation' ? accessByCommand(first.name) : null
    return command ?? accessByNames(target.name.split('.'))
  }
  if (target.method.kind !== 'literal') return 'unknown'
  return /^(?:get|head|options)$/i.test(String(target.method.value)) ? 'read' : 'write'
}

const KEY_NAME = /^(?:x-)?idempotency[-_]?(?:key|token)$/i

/** The key that keeps a repeated call from having a second effect, as a header, an option or a field. */
function readKey({ target }: ExternalEvent): EffectFact['idempotencyKey'] {
  const given = target.protocol === 'package' ? target.arguments : [target.headers, target.body]
  const parts = given.flatMap(partsOf)
  for (const part of parts) {
    const [, value] =
      part.kind === 'object' ? (Object.entries(part.fields).find(([name]) => KEY_NAME.test(name)) ?? []) : []
    if (value && value.kind !== 'undefined') return { status: 'sent', value }
  }
  return { status: parts.some(isOpen) ? 'unknown' : 'none' }
}

function isOpen(part: Expression): boolean {
  return part.kind === 'unknown' || (part.kind === 'object' && part.open)
}

interface FoundWrite {
  readonly fact: WriteFact
  readonly site: string
}

function writesAround({ scenario, index, event }: Occurrence, side: 'before' | 'after'): FoundWrite[] {
  const own = openTransactions(scenario, index)
  return scenario.events.flatMap((other, at) => {
    if (!isWrite(other) || (side === 'before' ? at >= index : at <= index)) return []
    const sameTransaction = openTransactions(scenario, at).some((transaction) => own.includes(transaction))
    const earlier = side === 'before' ? other : event
    const isBeside = event.concurrentWith.includes(other.id)
    const order = earlier.timing === 'detached' || isBeside ? 'unordered' : 'ordered'
    const { operation, table } = other
    return [{ site: siteOf(other), fact: { operation, table, at: other.at, sameTransaction, order } }]
  })
}

function readWritesAfter(found: readonly Occurrence[], happy: readonly Occurrence[], given: Given): WriteAfter[] {
  const writes = new Map<string, WriteFact>()
  for (const one of happy)
    for (const { site, fact } of writesAround(one, 'after')) if (!writes.has(site)) writes.set(site, fact)
  return [...writes].map(([site, fact]) => ({
    ...fact,
    whenItFails: readEnds(
      found.flatMap((one) => failedWrite(one, site) ?? []),
      given,
    ),
  }))
}

/** What is tried again may fail again. */
function failedAttempts({ scenario, event }: Occurrence): Occurrence<TraceEvent>[] {
  const site = siteOf(event)
  return scenario.events.flatMap((other, index) =>
    isFailed(other) && siteOf(other) === site ? [{ scenario, index, event: other }] : [],
  )
}

function failedWrite({ scenario, index }: Occurrence, site: string): Occurrence<TraceEvent> | null {
  const failed = scenario.events.findIndex(
    (event, at) => at > index && event.kind === 'db' && event.outcome === 'fails' && siteOf(event) === site,
  )
  const event = scenario.events[failed]
  return event ? { scenario, index: failed, event } : null
}

/** How the request ends where these go wrong, each end once. */
function readEnds(found: readonly Occurrence<TraceEvent>[], { usual, isToBlame }: Given): UndoneOutcome[] {
  const ends = found
    .filter(({ scenario, event }) => !isFailed(event) || isToBlame(scenario, event.decided))
    .map((one) => undoneEnd(one, usual))
  return distinctOutcomes(ends, ({ compensation, rolledBack }) => [compensation, rolledBack])
}

/** How the scenario ends, and what is done after the event that is not done when all goes well. */
function undoneEnd({ scenario, index, event }: Occurrence<TraceEvent>, usual: ReadonlySet<string>): UndoneOutcome {
  const later = scenario.events.slice(index + 1)
  const outcome = outcomeOf(scenario)
  const isUnhandled = (event.kind === 'external' || event.kind === 'db') && event.failure !== null
  return {
    ...outcome,
    end: isUnhandled ? 'unhandled' : outcome.end,
    compensation: distinct(later.filter((one) => !usual.has(siteOf(one))).flatMap(describeCompensation)),
    rolledBack: later.some((one) => one.kind === 'transaction' && one.phase === 'rollback'),
  }
}

function describeCompensation(event: TraceEvent): Compensation[] {
  if (event.kind === 'external') return [{ what: targetOf(event), at: event.at }]
  return isWrite(event) ? [{ what: `${event.operation} ${event.table ?? '?'}`, at: event.at }] : []
}

/** Whether the scenario is one in which the call answers that it did not work. */
function isRefused({ scenario, event }: Occurrence): boolean {
  return scenario.decisions.some(({ condition, taken }) => {
    const isNegated = condition.kind === 'operation' && condition.name === '!'
    const asked = isNegated ? condition.operands[0] : condition
    return asked?.kind === 'result' && asked.event === event.id && asked.path[0] === 'ok' && taken === isNegated
  })
}
