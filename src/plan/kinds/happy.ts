import { singular } from '../choose-reply.ts'
import { type KindRule, toGiven } from '../context.ts'
import { expectCalls, expectResponse, expectRows } from '../expect.ts'
import { isExternal, isWrite, responseOf, statusOf } from '../expressions.ts'
import type { Solution } from '../solve-scenario.ts'

const VERBS = { insert: 'stores', update: 'updates', delete: 'deletes' } as const

/** A good request: status, body, persisted rows, outgoing calls. */
export const planHappy: KindRule = (context) => {
  const base = { id: 'happy', kind: 'happy' } as const
  if (!context.happyScenario) {
    return [
      {
        ...base,
        status: 'open',
        title: 'answers a good request',
        missing: 'a way through the route that ends in a 2xx; analysis found none',
      },
    ]
  }
  const { happy } = context
  if (!happy.ok)
    return [
      {
        ...base,
        status: 'open',
        title: `answers ${statusOf(context.happyScenario)} to a good request`,
        missing: happy.missing,
      },
    ]
  const { solution } = happy
  const expects = [...expectResponse(solution), ...expectRows(context.dossier, solution), ...expectCalls(solution)]
  if (expects.every((expectation) => expectation.observable === 'status')) {
    return [
      {
        ...base,
        status: 'open',
        title: describe(solution),
        missing:
          'what to look at beside the status: analysis can tell neither the body nor what the tables hold afterwards',
      },
    ]
  }
  const at = responseOf(solution.scenario)?.at ?? { file: context.dossier.route.file, line: context.dossier.route.line }
  return [
    {
      ...base,
      status: 'planned',
      title: describe(solution),
      given: toGiven(context, solution),
      expects,
      violation: 'a good request is not answered as the route does today',
      at,
    },
  ]
}

function describe(solution: Solution): string {
  const writes = solution.scenario.events.filter(isWrite).flatMap((write) => {
    const verb =
      write.operation === 'insert' || write.operation === 'update' || write.operation === 'delete'
        ? VERBS[write.operation]
        : null
    return verb && write.table ? [`${verb} the ${singular(write.table).replaceAll('_', ' ')}`] : []
  })
  const calls = solution.scenario.events.some(isExternal) ? solution.stubs.map((stub) => `calls ${stub.name} once`) : []
  const parts = [`answers ${statusOf(solution.scenario)}`, ...new Set(writes), ...new Set(calls)]
  return parts.length > 1 ? `${parts.slice(0, -1).join(', ')} and ${parts.at(-1)}` : (parts[0] ?? '')
}
