import { array, literal, object, type PackageValue, type Value } from '../../interpret/values.ts'
import { memberNames } from '../packages.ts'
import { argumentsOf } from './builder-chain.ts'
import { readEnum } from './columns.ts'

/** `role.enumValues` of a `pgEnum`; `Role.options` and `Role.enum.admin` of a `z.enum([...])`. */
export function enumMember(owner: PackageValue, name: string): Value | null {
  if (owner.steps.at(-1)?.kind !== 'call') return null
  const texts = readEnum(valuesOf(owner, name))
  if (!texts) return null
  const isMap = /^(?:enum|Enum|Values)$/.test(name)
  return isMap ? object(texts.map((text) => [text, literal(text)])) : array(texts.map((text) => literal(text)))
}

function valuesOf(owner: PackageValue, name: string): Value | undefined {
  const names = memberNames(owner)
  const [first, second] = argumentsOf(owner)
  if (name === 'enumValues') return names[0] === 'pgEnum' ? first?.[1] : names[1] === 'enum' ? second?.[1] : undefined
  const isZod = owner.module.startsWith('zod') && names.at(-1) === 'enum'
  return isZod && /^(?:options|enum|Enum|Values)$/.test(name) ? first?.[0] : undefined
}
