import type { Decision, Expression, Scenario } from '../types.ts'
import { isSame } from './expressions.ts'
import { distinct, responseOf, statusOf } from './scenarios.ts'
import { numberWays, turned, type Way } from './ways.ts'

/** Where a way is closed: after this decision no way is open any more. */
export interface Seal {
  readonly index: number
  /** Earlier decisions by which the request would have passed without this one. */
  readonly others: readonly Decision[]
  /** The decision, together with what else would have let the request through in its place: `a || b` is not the case. */
  readonly when: Decision
}

interface SealOptions {
  /** Whether every way was looked at. */
  readonly isComplete: boolean
  /** Whether the way ends as it should. */
  readonly isOpen: (scenario: Scenario) => boolean
}

/** For each way its seal; without those that never were open, or are. */
export function findSeals(scenarios: readonly Scenario[], options: SealOptions): Map<Scenario, Seal> {
  const ways = numberWays(scenarios)
  const unknown = options.isComplete ? [] : unknownEnds(ways)
  const open = new Set([...unknown, ...prefixesWhere(ways, (one) => options.isOpen(one) || isGivenUp(one))])
  const passed = new Set([
    ...unknown,
    ...prefixesWhere(ways, (one) => isGivenUp(one) || (options.isOpen(one) && endsWell(one))),
  ])
  const asked = askedAfter(ways)
  const seals = ways.flatMap((way): [Scenario, Seal][] => {
    const index = way.prefixes.findIndex((prefix) => !open.has(prefix)) - 1
    const last = way.scenario.decisions[index]
    if (!last) return []
    const isInstead = (at: number): boolean => {
      const otherwise = turned(way, at)
      return passed.has(otherwise) && !asked.get(otherwise)?.has(way.numbers[index] ?? -1)
    }
    const others = alternativesTo(index, way, isInstead)
    return [[way.scenario, { index, others, when: joinDecisions(others, last) }]]
  })
  return new Map(seals)
}

/**
 * Of the decisions that would have led around this one: those that ask the same value, those of its line, and those right
 * before it that found something else missing. Any other only says when this one is made.
 */
function alternativesTo(index: number, { scenario }: Way, isInstead: (at: number) => boolean): Decision[] {
  const last = scenario.decisions[index]
  const found: Decision[] = []
  let isAdjacent = true
  for (let at = index - 1; last && at >= 0; at -= 1) {
    const one = scenario.decisions[at]
    if (!one || saysFailure(one)) continue
    isAdjacent &&= !one.taken && isInstead(at)
    const isBeside = isAdjacent || isOfSameSubject(one, last) || isOfSameLine(one, last)
    if (isBeside && isInstead(at)) found.unshift(one)
  }
  return found
}

export function isOfSameLine(one: Decision, other: Decision): boolean {
  return one.at.file === other.at.file && one.at.line === other.at.line
}

/** Whether the decision is that a query or call fails. */
export function saysFailure({ condition }: Pick<Decision, 'condition'>): boolean {
  return condition.kind === 'operation' && /^(?:rejects|connection reset|times out)$/.test(condition.name)
}

function prefixesWhere(ways: readonly Way[], isWanted: (scenario: Scenario) => boolean): string[] {
  return ways.flatMap(({ scenario, prefixes }) => (isWanted(scenario) ? prefixes : []))
}

/** Where a way leads that analysis gave up on, nobody knows. */
function isGivenUp(scenario: Scenario): boolean {
  return scenario.end === 'cut' && responseOf(scenario) === null
}

function endsWell(scenario: Scenario): boolean {
  return responseOf(scenario) !== null && (statusOf(scenario) ?? 200) < 400
}

/** A seal behind which a client error is answered. */
export interface Refusal extends Seal {
  readonly status: number
}

export function findRefusals(scenarios: readonly Scenario[], isComplete: boolean): Map<Scenario, Refusal> {
  const seals = findSeals(scenarios, { isComplete, isOpen: (scenario) => clientError(scenario) === null })
  const refused = [...seals].flatMap(([scenario, seal]): [Scenario, Refusal][] => {
    const status = clientError(scenario)
    return status === null ? [] : [[scenario, { ...seal, status }]]
  })
  return new Map(refused)
}

/** One decision for several after which a request is refused: it would have passed by any of them. */
export function joinDecisions(others: readonly Decision[], last: Decision): Decision {
  if (others.length === 0) return last
  const [first = last.condition, ...rest] = distinct([...others, last].map(passing))
  const condition = rest.reduce<Expression>(
    (left, right) => ({ kind: 'operation', name: '||', operands: [left, right] }),
    first,
  )
  return { condition, taken: false, at: last.at }
}

/** The condition under which the decision would have gone the other way. */
function passing({ condition, taken }: Decision): Expression {
  return taken ? { kind: 'operation', name: '!', operands: [condition] } : condition
}

/** Whether both ask whether the same value is a certain one. */
export function isOfSameSubject(one: Decision, other: Decision): boolean {
  const [left, right] = [subjectOf(one), subjectOf(other)]
  return left !== null && right !== null && isSame(left, right)
}

/** What `x === 'a'` asks about. */
function subjectOf({ condition }: Decision): Expression | null {
  const isEquality = condition.kind === 'operation' && condition.name === '==='
  return isEquality && condition.operands[1]?.kind === 'literal' ? (condition.operands[0] ?? null) : null
}

/** What is decided after each start of a way. */
function askedAfter(ways: readonly Way[]): Map<string, Set<number>> {
  const asked = new Map<string, Set<number>>()
  for (const { prefixes, numbers } of ways) {
    for (const [index, prefix] of prefixes.entries()) {
      const known = asked.get(prefix) ?? new Set()
      for (const number of numbers.slice(index)) known.add(number)
      asked.set(prefix, known)
    }
  }
  return asked
}

/** The starts of ways that go on with a decision whose other side was not looked at. */
function unknownEnds(ways: readonly Way[]): string[] {
  const looked = new Set(ways.flatMap(({ prefixes }) => prefixes))
  return ways.flatMap((way) => {
    const last = way.numbers.findLastIndex((_, index) => !looked.has(turned(way, index)))
    return way.prefixes.slice(0, last + 1)
  })
}

function clientError(scenario: Scenario): number | null {
  const status = statusOf(scenario)
  return status !== null && status >= 400 && status < 500 ? status : null
}
