import { TIMERS } from '../allowed.ts'
import { findFreeReferences } from '../scope.ts'
import { type CaseSyntax, descend, type Problem, ts } from '../syntax.ts'

const CLOCK = /^(advanceTimers|runAllTimers|runOnlyPendingTimers|useFakeTimers|sleep|setTimeout|setInterval|wait$)/

/** A test waits for what it needs, never for time; fake timers freeze the handler and its driver. */
export function noSleep(test: CaseSyntax): Problem[] {
  const named = findFreeReferences(test).filter((name) => TIMERS.has(name.text))
  const members = descend(test.body).flatMap((node) =>
    ts.isPropertyAccessExpression(node) && CLOCK.test(node.name.text) && ts.isCallExpression(node.parent)
      ? [node.name]
      : [],
  )
  return [...named, ...members].map((node) => ({
    message: `expected no sleep and no fake time, found \`${node.text}\`; await the request, or put old dates into rows`,
    node,
  }))
}
