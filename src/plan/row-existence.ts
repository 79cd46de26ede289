import { partsOf } from '../scan/expressions.ts'
import type { Expression, Scenario } from '../scan/types.ts'
import { expressionsOfScenario, responseOf } from './expressions.ts'

/** Whether the scenario needs the query to find something; null when it does not matter. */
export function wantsRow(scenario: Scenario, event: number): boolean | null {
  const decided = decisionsOnRow(scenario, event)
  if (decided.length > 0) return decided.every(Boolean)
  const reads = expressionsOfScenario(scenario).some(
    (part) => part.kind === 'result' && part.event === event && part.path[0] === '0' && part.path.length > 1,
  )
  return reads ? true : null
}

/** Whether the scenario says that the query hits nothing. */
export function isDecidedAbsent(scenario: Scenario, event: number): boolean {
  return decisionsOnRow(scenario, event).includes(false)
}

/** Whether anything in the scenario looks at what the query answers. */
export function isRead(scenario: Scenario, event: number): boolean {
  return expressionsOfScenario(scenario).some(
    (part) => part.kind === 'result' && part.event === event && !isFailureCheck(scenario, event),
  )
}

/** `rejects(...)` mentions the answer without looking at it. */
function isFailureCheck(scenario: Scenario, event: number): boolean {
  const mentions = expressionsOfScenario(scenario).filter((part) => part.kind === 'result' && part.event === event)
  const checks = scenario.decisions.filter(
    ({ condition }) =>
      condition.kind === 'operation' &&
      condition.name === 'rejects' &&
      condition.operands[0]?.kind === 'result' &&
      condition.operands[0].event === event,
  )
  return mentions.length === checks.length
}

/** Whether the response carries what the query answers. */
export function isAnswered(scenario: Scenario, event: number): boolean {
  const body = responseOf(scenario)?.body
  return body ? partsOf(body).some((part) => part.kind === 'result' && part.event === event) : false
}

function decisionsOnRow(scenario: Scenario, event: number): boolean[] {
  return scenario.decisions.flatMap(({ condition, taken }) => {
    const verdict = existence(condition, event)
    return verdict === null ? [] : [verdict === taken]
  })
}

/** True: the condition holds when a row exists; false: when none does; null: it is about something else. */
function existence(condition: Expression, event: number): boolean | null {
  if (isRow(condition, event) || isCount(condition, event)) return true
  if (condition.kind !== 'operation') return null
  const [left, right] = condition.operands
  if (condition.name === '!' && left) return negate(existence(left, event))
  if (condition.name === '!!' && left) return existence(left, event)
  if (!left) return null
  if (condition.name === 'is nullish') return isRow(left, event) ? false : null
  if (isCount(left, event)) return countVerdict(condition.name, right)
  const isNothing = right?.kind === 'undefined' || (right?.kind === 'literal' && right.value === null)
  return condition.name === '===' && isRow(left, event) && isNothing ? false : null
}

/** `rows.length === 0`, `result.rowCount > 0`, `rows.length < 1`. */
function countVerdict(name: string, right: Expression | undefined): boolean | null {
  if (right?.kind !== 'literal') return null
  if (right.value === 0) return name === '===' || name === '<=' ? false : name === '>' ? true : null
  if (right.value === 1) return name === '<' ? false : name === '===' || name === '>=' ? true : null
  return null
}

function negate(verdict: boolean | null): boolean | null {
  return verdict === null ? null : !verdict
}

function isRow(expression: Expression, event: number): boolean {
  return expression.kind === 'result' && expression.event === event && expression.path.join() === '0'
}

function isCount(expression: Expression, event: number): boolean {
  return (
    expression.kind === 'result' &&
    expression.event === event &&
    /^(?:length|rowCount|count)$/.test(expression.path.join())
  )
}
