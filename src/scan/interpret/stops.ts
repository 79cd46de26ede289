import type { Value } from './values.ts'

/** A `throw` of the analysed code on its way to a `catch`. */
export class Thrown extends Error {
  readonly value: Value

  constructor(value: Value) {
    // Thousands are thrown, and nobody reads where in the analysis: a stack would cost a tenth of the whole scan.
    const { stackTraceLimit } = Error
    Error.stackTraceLimit = 0
    super('thrown by the analysed code')
    Error.stackTraceLimit = stackTraceLimit
    this.value = value
  }
}

/** Certainly thrown while the app is made, and caught there: what follows in the block does not run. */
export class CertainlyThrown extends Thrown {}

/** The analysis has done enough work on one run. */
export class LimitReached extends Error {}

/** Why a piece of code was not followed to its end. What analysis itself did wrong costs that piece, and no more. */
export function describeStop(error: unknown): string {
  if (error instanceof Thrown) return 'the top level throws here as far as analysis can tell'
  if (error instanceof LimitReached || error instanceof RangeError) return 'analysis stopped at its limit'
  return `analysis failed here, which is a bug of itest (${error instanceof Error ? error.message : String(error)})`
}
