import type { Decision, Expression, Scenario, SourceLocation, StackFrame } from '../types.ts'
import { describe } from './expressions.ts'
import { type RespondEvent, responseOf, statusOf } from './scenarios.ts'

interface Cause {
  readonly at: SourceLocation
  /** As of an event; null where no function of the project is known. */
  readonly stack?: readonly StackFrame[]
  readonly decided: number
}

/** A scenario that turns the request away, and the decision that did it. */
export interface TurnedAway {
  readonly scenario: Scenario
  readonly response: RespondEvent
  /** Decisions up to the one that did it. */
  readonly path: readonly Decision[]
  readonly last: Decision
  readonly cause: Cause
  readonly isPrincipal: (expression: Expression) => boolean
}

export function turnedAway(scenario: Scenario, isPrincipal: TurnedAway['isPrincipal']): TurnedAway | null {
  const response = responseOf(scenario)
  if (!response) return null
  const cause = causeOf(scenario, response)
  const path = scenario.decisions.slice(0, cause.decided)
  const last = path.at(-1)
  if (!last) return null
  const turned = { scenario, response, path, last, cause, isPrincipal }
  const status = statusOf(scenario)
  const isRefused = status === 401 || status === 403 || response.via === 'redirect'
  // A row of somebody else is often said not to be there.
  return isRefused || (status === 404 && comparesPrincipal(turned)) ? turned : null
}

/** Where the answer was settled, for which an error is thrown or given to `next`. */
function causeOf(scenario: Scenario, response: RespondEvent): Cause {
  const thrown = scenario.events.filter((event) => event.kind === 'throw' && event.id < response.id)
  const passed = scenario.handlers.filter(({ by, after }) => by === 'next' && after < response.id)
  const causes: Cause[] = [...thrown, ...passed, response]
  return causes.toSorted((a, b) => a.decided - b.decided)[0] ?? response
}

/** The two sides of an equality. */
export function sidesOf({ condition }: Decision): readonly [Expression, Expression] | null {
  const bare =
    condition.kind === 'operation' && condition.name === '!' ? (condition.operands[0] ?? condition) : condition
  if (bare.kind !== 'operation' || bare.name !== '===') return null
  const [left, right] = bare.operands
  return left && right ? [left, right] : null
}

/** Whether a row's or the request's own value is compared with who is asking. */
export function comparesPrincipal({ last, isPrincipal }: Pick<TurnedAway, 'last' | 'isPrincipal'>): boolean {
  const sides = sidesOf(last)
  if (!sides) return false
  const owned = sides.find((side) => !isPrincipal(side) && !isConstant(side))
  // A token against forged requests is part of the session, and no row.
  return owned !== undefined && sides.some(isPrincipal) && !/csrf|xsrf/i.test(describe(last.condition))
}

function isConstant({ kind }: Expression): boolean {
  return kind === 'literal' || kind === 'undefined' || kind === 'env'
}
