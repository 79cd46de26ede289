import type { Machine } from './machine.ts'
import type { FunctionValue, Value } from './values.ts'

/** So deep is a function followed into itself where what it is given changes with each run. */
const DEPTH = 4

/**
 * Whether a function calls itself with nothing in the code to say how often: from a loop over a list that only a run
 * knows, or with values that only a run knows. A tree of the code's own is walked to its leaves.
 */
export function recursWithoutEnd(machine: Machine, callee: FunctionValue, args: readonly Value[]): boolean {
  if (!machine.run) return false
  const outer = machine.callStack.filter((frame) => frame.callee.node === callee.node)
  const [first] = outer
  if (!first) return false
  // What takes a function is a helper, used again by what it was given: `inTransaction(() => ... inTransaction(...))`.
  const isHelper = args.some(({ kind }) => kind === 'function')
  const isInLoop = machine.looseLoops.length > first.looseLoops && !isHelper
  return isInLoop || (outer.length >= DEPTH && args.some(({ kind }) => kind === 'symbol'))
}
