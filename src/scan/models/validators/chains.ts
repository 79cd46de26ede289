import type { PackageValue, Value } from '../../interpret/values.ts'

/** A call of a chain with its name: `isInt` and `{ min: 1 }` of `body('page').isInt({ min: 1 })`. */
export interface ChainCall {
  readonly name: string
  readonly args: readonly Value[]
}

/** The calls that built a value, in their order. */
export function callsOf({ steps }: PackageValue): ChainCall[] {
  return steps.flatMap((step, index) => {
    const next = steps[index + 1]
    return step.kind === 'member' && next?.kind === 'call' ? [{ name: step.name, args: next.args }] : []
  })
}

/** The value of an option of a call, e.g. `min` of `isInt({ min: 1 })`. */
export function optionOf(args: readonly Value[], name: string, position = 0): Value | undefined {
  const options = args[position]
  return options?.kind === 'object' ? options.fields.get(name) : undefined
}
