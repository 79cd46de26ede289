import { type KindRule, type PlanContext, routeLine, toGiven } from '../context.ts'
import { expectResponse, fromCode } from '../expect.ts'
import { countCalls, expectCalls } from '../expect-calls.ts'
import { expectTable, findHiddenUpdate } from '../expect-rows.ts'
import { isExternal, isWrite, responseOf, statusOf } from '../expressions.ts'
import { mayArriveLate } from '../late-calls.ts'
import { singular } from '../singular.ts'
import type { Solution } from '../solve-scenario.ts'
import type { Expectation } from '../types.ts'

const VERBS = { insert: 'stores', update: 'updates', delete: 'deletes' } as const

/** A good request: status, body, persisted rows, outgoing calls. */
export const planHappy: KindRule = (context) => {
  const base = { id: 'happy', kind: 'happy' } as const
  const { happy, happyScenario } = context
  if (!happyScenario) {
    const missing = 'a way through the route that ends in a 2xx; analysis found none'
    return [{ ...base, status: 'open', title: 'answers a good request', missing }]
  }
  if (!happy.ok) {
    const title = `answers ${statusOf(happyScenario)} to a good request`
    return [{ ...base, status: 'open', title, missing: happy.missing }]
  }
  const { solution } = happy
  const title = describe(context, solution)
  const hidden = findHiddenUpdate(solution)
  if (hidden) {
    const missing = `what ${hidden} holds afterwards: only the run knows the value that the update writes`
    return [{ ...base, status: 'open', title, missing }]
  }
  const expects = [
    ...expectResponse(solution),
    ...expectStored(context, solution),
    ...expectCalls(context.dossier, solution),
  ]
  if (expects.every((expectation) => expectation.observable === 'status')) {
    const missing =
      'what to look at beside the status: analysis can tell neither the body nor what the tables hold afterwards'
    return [{ ...base, status: 'open', title, missing }]
  }
  return [
    {
      ...base,
      status: 'planned',
      title,
      given: toGiven(context, solution),
      expects,
      violation: 'a good request is not answered as the route does today',
      at: responseOf(solution.scenario)?.at ?? routeLine(context),
    },
  ]
}

/** What the tables that this way writes hold afterwards. */
function expectStored({ dossier }: PlanContext, solution: Solution): Expectation[] {
  const writes = solution.scenario.events.filter(isWrite)
  const names = [...new Set(writes.flatMap((write) => write.table ?? []))]
  return names.flatMap((name) => {
    const at = writes.find((write) => write.table === name)?.at ?? null
    return expectTable(dossier, solution.tables, { name, source: fromCode('what the route stores today', at) })
  })
}

function describe({ dossier }: PlanContext, solution: Solution): string {
  const writes = solution.scenario.events.filter(isWrite).flatMap((write) => {
    const { operation, table } = write
    const isKnown = operation === 'insert' || operation === 'update' || operation === 'delete'
    return isKnown && table ? [`${VERBS[operation]} the ${singular(table).replaceAll('_', ' ')}`] : []
  })
  const calls = solution.scenario.events.some(isExternal)
    ? [...countCalls(solution, (event) => !mayArriveLate(dossier, solution.scenario, event))].map(
        ([name, count]) => `calls ${name} ${TIMES[count] ?? `${count} times`}`,
      )
    : []
  const parts = [`answers ${statusOf(solution.scenario)}`, ...new Set(writes), ...new Set(calls)]
  return parts.length > 1 ? `${parts.slice(0, -1).join(', ')} and ${parts.at(-1)}` : (parts[0] ?? '')
}

const TIMES: Readonly<Record<number, string>> = { 1: 'once', 2: 'twice' }
