import type { PackageStep, PackageValue, Value } from '../../interpret/values.ts'
import type { SourceLocation } from '../../types.ts'

/** Reads `varchar('name', { length: 80 }).notNull()`: a chain of members and calls that came out of a package. */

/** The arguments of every call, in order. */
export function argumentsOf(builder: PackageValue): (readonly Value[])[] {
  return builder.steps.flatMap((step) => (step.kind === 'call' ? [step.args] : []))
}

export function hasMember(builder: PackageValue, name: string): boolean {
  return builder.steps.some((step) => step.kind === 'member' && step.name === name)
}

/** The arguments of every call of a member. */
export function callsAfter(builder: PackageValue, name: string): (readonly Value[])[] {
  return builder.steps.flatMap((step, index) => {
    if (step.kind !== 'member' || step.name !== name) return []
    const call = builder.steps[index + 1]
    return [call?.kind === 'call' ? call.args : []]
  })
}

/** The arguments of the last call of a member, which wins; null when it is not in the chain. */
export function callAfter(builder: PackageValue, name: string): readonly Value[] | null {
  return callsAfter(builder, name).at(-1) ?? null
}

/** The chain without what comes before its last member of that name. */
export function chainAfter(builder: PackageValue, name: string): PackageValue {
  const index = builder.steps.findLastIndex((step) => step.kind === 'member' && step.name === name)
  return { ...builder, steps: builder.steps.slice(index + 1) }
}

/** Where the chain was last called. */
export function placeOf(builder: PackageValue): SourceLocation | null {
  const call = builder.steps.findLast(
    (step): step is Exclude<PackageStep, { kind: 'member' }> => step.kind !== 'member',
  )
  return call?.at ?? null
}

/** A field of the last options object among the arguments. */
export function optionOf(args: readonly Value[] | null | undefined, name: string): Value | undefined {
  const options = args?.findLast((arg) => arg.kind === 'object')
  return options?.kind === 'object' ? options.fields.get(name) : undefined
}

export function knownNumber(value: Value | undefined): number | null {
  return value?.kind === 'literal' && typeof value.value === 'number' ? value.value : null
}

export function isTrue(value: Value | undefined): boolean {
  return value?.kind === 'literal' && value.value === true
}
