import { hasPart, partsOf } from '../expressions.ts'
import type { Decision, Expression, Scenario } from '../types.ts'
import { isSame } from './expressions.ts'
import { isBareCredential } from './principals.ts'
import type { Seal } from './refusals.ts'
import { outcomeOf, siteOf, statusOf } from './scenarios.ts'
import { comparesPrincipal, sidesOf, type TurnedAway } from './turned-away.ts'
import type { Outcome, OwnershipFact } from './types.ts'

type IsPrincipal = TurnedAway['isPrincipal']

interface Given {
  readonly askers: ReadonlyMap<Scenario, IsPrincipal>
  readonly turned: readonly TurnedAway[]
  /** Sites of queries that belong to the authentication. */
  readonly lookups: ReadonlySet<string>
  readonly seals: ReadonlyMap<Scenario, Seal>
}

/** Where a row is tied to who is asking, each place once. */
export function readOwnership(given: Given): OwnershipFact[] {
  const byWhere = [...given.askers].flatMap(([scenario, isPrincipal]) => ownershipByWhere(scenario, isPrincipal, given))
  const places = new Map<string, OwnershipFact>()
  for (const fact of [...byWhere, ...given.turned.flatMap(ownershipByComparison)]) {
    const key = JSON.stringify([fact.how, fact.table, fact.column, fact.operation, fact.at])
    if (!places.has(key)) places.set(key, fact)
  }
  return [...places.values()]
}

function ownershipByComparison(turned: TurnedAway): OwnershipFact[] {
  const { scenario, last, isPrincipal } = turned
  const sides = sidesOf(last)
  if (!sides || !comparesPrincipal(turned)) return []
  const principal = sides.find(isPrincipal)
  const value = sides.find((side) => !isPrincipal(side))
  if (!principal || !value) return []
  const source = partsOf(value).find((part) => part.kind === 'result')
  const row = source && scenario.events.find(({ id }) => id === source.event)
  const table = row?.kind === 'db' ? row.table : null
  const column = (table && source?.path.at(-1)) ?? null
  const refusal = outcomeOf(scenario)
  return [{ how: 'comparison', table, column, value, principal, operation: null, at: last.at, refusal }]
}

/** Queries that take only rows whose column equals something of who is asking. */
function ownershipByWhere(scenario: Scenario, isPrincipal: IsPrincipal, given: Given): OwnershipFact[] {
  return scenario.events.flatMap((event) => {
    if (event.kind !== 'db' || !event.where || !isPrincipal(event.where) || given.lookups.has(siteOf(event))) return []
    return partsOf(event.where).flatMap((part): OwnershipFact[] => {
      const tie = tieOf(part, scenario, isPrincipal)
      if (!tie) return []
      const refusal = whenMissing(siteOf(event), given)
      return [{ how: 'where', ...tie, value: null, operation: event.operation, at: event.at, refusal }]
    })
  })
}

/** How the request ends when the query gives no row, also where another row would have done in its place. */
function whenMissing(site: string, { askers, seals }: Given): Outcome | null {
  for (const scenario of askers.keys()) {
    const status = statusOf(scenario)
    const query = scenario.events.find(
      (event) => siteOf(event) === site && event.kind === 'db' && event.outcome === 'ok',
    )
    const decided = seals.get(scenario)?.when ?? scenario.decisions.at(-1)
    const isAsked = (part: Expression): boolean => part.kind === 'result' && part.event === query?.id
    const isRefused = status !== null && status >= 400 && status < 500
    if (!query || !decided || !isRefused || !hasPart(decided.condition, isAsked)) continue
    if (!findsRow(decided, isAsked) && !passesWithout(decided, isAsked)) return outcomeOf(scenario)
  }
  return null
}

/** `!row || !row.isClosed`, which fails: it lets through who has no row. */
function passesWithout({ condition, taken }: Decision, isAsked: (part: Expression) => boolean): boolean {
  const isMissing = (part: Expression): boolean =>
    part.kind === 'operation' && part.name === '!' && part.operands.some(isAsked)
  return !taken && hasPart(condition, isMissing)
}

/** Whether the decision is that the query gave a row, as of one that must not be there yet. */
function findsRow({ condition, taken }: Decision, isAsked: (part: Expression) => boolean): boolean {
  if (isAsked(condition)) return taken
  if (condition.kind !== 'operation') return false
  const [left, right] = condition.operands
  const isCount = left?.kind === 'result' && left.path.at(-1) === 'length' && isAsked(left)
  if (!isCount || right?.kind !== 'literal') return false
  return /^>=?$/.test(condition.name) ? taken : condition.name === '===' && right.value === 0 && !taken
}

function tieOf(
  part: Expression,
  scenario: Scenario,
  isPrincipal: IsPrincipal,
): { table: string; column: string; principal: Expression } | null {
  if (part.kind !== 'operation' || !/^(?:eq|inArray)$/.test(part.name)) return null
  const column = part.operands.find((operand) => operand.kind === 'column')
  const principal = part.operands.find((operand) => column && !isSame(operand, column) && isPrincipal(operand))
  // A row found by the token itself says whose it is; it is not checked to be theirs.
  if (!principal || isBareCredential(principal) || column?.kind !== 'column') return null
  const source = principal.kind === 'result' ? scenario.events.find(({ id }) => id === principal.event) : undefined
  // A row found as theirs before, taken by its key, is the same tie again.
  if (source?.kind === 'db' && source.table === column.table) return null
  return { table: column.table, column: column.column, principal }
}
