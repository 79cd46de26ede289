import type { Expression, Scenario } from '../types.ts'
import { describe } from './expressions.ts'
import { isBareCredential, isIdentity } from './principals.ts'
import { saysFailure } from './refusals.ts'
import { outcomeOf, statusOf } from './scenarios.ts'
import { siteKey } from './site-keys.ts'
import type { TurnedAway } from './turned-away.ts'
import type { RoleFact } from './types.ts'

const ROLE_NAME = /role|admin|permission|scope|tier|staff|superuser|grant|privilege/i

/** Whether the decision asks what the asker may do, and not who it is. */
export function isRole(turned: TurnedAway): boolean {
  const { last, isPrincipal } = turned
  const status = statusOf(turned.scenario)
  if (status === 401 || status === null || saysFailure(last)) return false
  // Whoever got as far as to be known is refused all the same.
  if (status === 403 && last.taken && isTokenCheck(last.condition)) return true
  if (status === 403 && ROLE_NAME.test(describe(last.condition))) return true
  if (!isPrincipal(last.condition)) return false
  if (isFlag(turned.scenario, last.condition)) return true
  // Two cookies that have to be the same say who asks, and nothing of what that one may do.
  return status === 403 && isComparison(turned.scenario, last.condition) && !isBareCredential(last.condition)
}

function isTokenCheck(condition: Expression): boolean {
  return condition.kind === 'operation' && condition.name === 'token is valid'
}

/** `===`, `<`, `includes`, unless that only asks whether there is a row or an id at all. */
function isComparison(scenario: Scenario, condition: Expression): boolean {
  if (condition.kind !== 'operation' || !/^(?:===|[<>]=?|includes)$/.test(condition.name)) return false
  const [subject, other] = condition.operands
  const isNone = other?.kind === 'undefined' || (other?.kind === 'literal' && !other.value)
  return !isNone || (subject !== undefined && isFlag(scenario, subject))
}

/** What says who somebody is, or that anything was found of them. */
const WHO = /^(?:_?id|sub|uid|user_?id|e?mail|user(?:name)?|claims?|payload|data|rows?|length|\d+)$/i

/** A column of the asker's row, or a field of what authentication says of them, that is true or not. */
function isFlag(scenario: Scenario, condition: Expression): boolean {
  if (condition.kind === 'result') {
    const name = condition.path.at(-1)
    const isRow = scenario.events.some(({ id, kind }) => id === condition.event && kind === 'db')
    return isRow && name !== undefined && !WHO.test(name)
  }
  if (condition.kind !== 'operation') return false
  const [owner, name] = condition.operands
  if (condition.name === 'is nullish') return owner !== undefined && isFlag(scenario, owner)
  if (condition.name !== 'member' || name?.kind !== 'literal' || owner?.kind !== 'operation') return false
  return isIdentity(owner) && !/session/i.test(owner.name) && !WHO.test(String(name.value))
}

/** Each check once, with every value that would have been let through: `role === 'owner' || role === 'admin'`. */
export function readRoles(turned: readonly TurnedAway[]): RoleFact[] {
  const facts = new Map<string, RoleFact>()
  for (const { scenario, when } of turned) {
    const refusal = outcomeOf(scenario)
    const key = siteKey(scenario, [when, refusal.status])
    const fact = { condition: when.condition, refusedWhen: when.taken, at: when.at, refusal }
    if (!facts.has(key)) facts.set(key, fact)
  }
  return [...facts.values()]
}
