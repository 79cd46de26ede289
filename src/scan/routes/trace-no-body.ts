import { hasPart } from '../expressions.ts'
import { followProblem } from '../facts/failures.ts'
import { distinct } from '../facts/scenarios.ts'
import type { FailureFact } from '../facts/types.ts'
import type { Exploration } from '../interpret/explore.ts'
import type { Machine } from '../interpret/machine.ts'
import type { NoBodyLog } from '../interpret/nothing.ts'
import type { Expression, Scenario } from '../types.ts'
import { type TraceOptions, traceRoute } from './trace-route.ts'

/** The first way is the usual one; more than this many are not looked at. */
const WAYS = 8

/**
 * How requests without a body end where the code uses `req.body` all the same: Express 5 leaves it undefined. As a
 * decision this would double the ways of every such route, so the route is traced once more with nothing sent.
 */
export function traceNoBody(machine: Machine, trace: TraceOptions, { reads }: Exploration): FailureFact[] {
  if (trace.expressMajor !== 5 || !reads.some(({ from }) => from === 'body')) return []
  const log: NoBodyLog = new Map()
  let ways = -1
  machine.noBody = log
  const { scenarios } = traceRoute(machine, {
    ...trace,
    isEnough: () => {
      ways += 1
      return ways >= WAYS
    },
  })
  machine.noBody = null
  return readEnds(scenarios, log)
}

function readEnds(scenarios: readonly Scenario[], log: NoBodyLog): FailureFact[] {
  const ends = scenarios.flatMap((scenario) => {
    const found = log.get(scenario.decisions)
    if (!found || scenario.end === 'cut' || isAssumed(scenario)) return []
    const { at, ...place } = found
    return [followProblem(scenario, { problem: { kind: 'no body', at }, ...place, isUnhandled: false })]
  })
  const found = distinct(ends)
  const isOne = new Set(found.map((one) => JSON.stringify({ ...one, when: [] }))).size === 1
  return isOne ? found.slice(0, 1).map((one) => ({ ...one, when: [] })) : found
}

/** The way is one on which something was found right about the body, by code that did not ask whether there is one. */
function isAssumed({ decisions }: Scenario): boolean {
  return decisions.some(({ condition, taken }) => taken && asksNothing(condition))
}

function asksNothing(condition: Expression): boolean {
  const [subject] = condition.kind === 'operation' && condition.name === 'fits' ? condition.operands : []
  if (subject && hasPart(subject, isNothing)) return true
  return hasPart(condition, (part) => part.kind === 'input' && part.from === 'body')
}

/** Nothing, or what code puts in its place: `schema.parse(req.body ?? {})`. */
function isNothing(part: Expression): boolean {
  if (part.kind === 'object') return !part.open && Object.keys(part.fields).length === 0
  return part.kind === 'undefined'
}
