import { TIMERS } from '../allowed.ts'
import { observe } from '../observations.ts'
import { findFreeReferences } from '../scope.ts'
import { type CaseSyntax, descend, type Problem, quote, ts } from '../syntax.ts'
import { isCondition } from '../uses.ts'

const CLOCK = /^(advanceTimers|runAllTimers|runOnlyPendingTimers|useFakeTimers|sleep|setTimeout|setInterval|wait$)/

/** A test waits for what it needs, never for time; fake timers freeze the handler and its driver. */
export function noSleep(test: CaseSyntax): Problem[] {
  const named = findFreeReferences(test).filter((name) => TIMERS.has(name.text))
  const members = descend(test.body).flatMap((node) =>
    ts.isPropertyAccessExpression(node) && CLOCK.test(node.name.text) && ts.isCallExpression(node.parent)
      ? [node.name]
      : [],
  )
  return [
    ...[...named, ...members].map((node) => ({
      message: `expected no sleep and no fake time, found \`${node.text}\`; await the request, or put old dates into rows`,
      node,
    })),
    // A condition that only looks at the clock is a sleep by another name.
    ...descend(test.body)
      .filter((node) => isCondition(node) && observe(node).size === 0)
      .map((node) => ({
        message: `expected until() to wait for rows, calls, mail or queries, found ${quote(node)}; wait for one of them`,
        node,
      })),
  ]
}
