import type { SourceLocation } from '../types.ts'
import type { PackageStep, PackageValue, Value } from '../values.ts'

/** Reads `varchar('name', { length: 80 }).notNull()`: a chain of members and calls that came out of a package. */

/** The arguments of every call, in order. */
export function argumentsOf(builder: PackageValue): (readonly Value[])[] {
  return builder.steps.flatMap((step) => (step.kind === 'call' ? [step.args] : []))
}

export function hasMember(builder: PackageValue, name: string): boolean {
  return builder.steps.some((step) => step.kind === 'member' && step.name === name)
}

/** The arguments of the last call of a member; null when it is not in the chain. */
export function callAfter(builder: PackageValue, name: string): readonly Value[] | null {
  const index = builder.steps.findLastIndex((step) => step.kind === 'member' && step.name === name)
  if (index < 0) return null
  const call = builder.steps[index + 1]
  return call?.kind === 'call' ? call.args : []
}

export function countMembers(builder: PackageValue, name: string): number {
  return builder.steps.filter((step) => step.kind === 'member' && step.name === name).length
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
