import { knownString, type PackageValue, type Value } from '../../interpret/values.ts'
import type { InputSource } from '../../types.ts'
import { type ChainCall, callsOf } from './chains.ts'
import { sourceOf } from './shapes.ts'

/** One chain of express-validator: where it looks, at which fields, and what it asks and does. */
export interface Chain {
  /** `any`: `check` looks everywhere. */
  readonly from: InputSource | 'any'
  /** Null: only a run knows. */
  readonly fields: readonly string[] | null
  readonly calls: readonly ChainCall[]
  readonly text: string
}

/** What a middleware of express-validator runs: chains, or alternatives of which one must pass. */
export type ChainGroup =
  | { readonly kind: 'all'; readonly chains: readonly Chain[] }
  | { readonly kind: 'one'; readonly alternatives: readonly (readonly Chain[])[] }
  | { readonly kind: 'unknown' }

const ENTRIES: ReadonlyMap<string, Chain['from']> = new Map([
  ['body', 'body'],
  ['query', 'query'],
  ['param', 'params'],
  ['header', 'headers'],
  ['cookie', 'cookies'],
  ['check', 'any'],
])
const PARTS = new Set<string>(['body', 'query', 'params', 'headers', 'cookies'])

export function readChains(value: PackageValue): ChainGroup {
  const calls = callsOf(value)
  const text = sourceOf(value)
  const start = calls.findIndex(({ name }) => ENTRIES.has(name) || name === 'checkSchema' || name === 'oneOf')
  const entry = calls[start]
  if (!entry) return { kind: 'unknown' }
  if (entry.name === 'oneOf') return readAlternatives(entry.args[0])
  if (entry.name === 'checkSchema') return readSchema(entry.args, text)
  const from = ENTRIES.get(entry.name) ?? 'any'
  const fields = entry.args.length === 0 ? [''] : readFields(entry.args[0])
  return { kind: 'all', chains: [{ from, fields, calls: calls.slice(start + 1), text }] }
}

function readFields(value: Value | undefined): string[] | null {
  const items = value?.kind === 'array' && !value.open ? value.items : [value]
  const names = items.map(knownString)
  return names.includes(null) ? null : names.filter((name) => name !== null)
}

/** `oneOf([chain, [chain, chain]])`. */
function readAlternatives(list: Value | undefined): ChainGroup {
  if (list?.kind !== 'array' || list.open) return { kind: 'unknown' }
  const alternatives = list.items.map((item) => {
    const groups = (item.kind === 'array' ? item.items : [item]).map((each) =>
      each.kind === 'package' ? readChains(each) : ({ kind: 'unknown' } as const),
    )
    return groups.every((group) => group.kind === 'all') ? groups.flatMap((group) => group.chains) : null
  })
  return alternatives.includes(null)
    ? { kind: 'unknown' }
    : { kind: 'one', alternatives: alternatives.filter((chains) => chains !== null) }
}

/** `checkSchema({ email: { in: ['body'], isEmail: true } })`: the same chains, written as data. */
function readSchema([schema, places]: readonly Value[], text: string): ChainGroup {
  if (schema?.kind !== 'object' || schema.open) return { kind: 'unknown' }
  const chains = [...schema.fields].flatMap(([field, config]): Chain[] => {
    if (config.kind !== 'object') return [{ from: 'any', fields: null, calls: [], text }]
    const found = readPlaces(config.fields.get('in') ?? places)
    const calls = [...config.fields].flatMap(([name, rule]) => readRule(name, rule))
    return found.map((from) => ({ from, fields: [field], calls, text }))
  })
  return { kind: 'all', chains }
}

function readPlaces(value: Value | undefined): Chain['from'][] {
  const names = (readFields(value) ?? []).filter((name): name is InputSource => PARTS.has(name))
  return names.length > 0 ? names : ['any']
}

/** `isInt: { options: { min: 1 }, negated: true }` is `.not().isInt({ min: 1 })`. */
function readRule(name: string, rule: Value): ChainCall[] {
  if (name === 'in' || name === 'errorMessage') return []
  if (rule.kind === 'literal') return rule.value ? [{ name, args: [] }] : []
  const options = rule.kind === 'object' ? rule.fields.get('options') : rule
  const args = options?.kind === 'array' ? options.items : options ? [options] : []
  const isNegated = rule.kind === 'object' && rule.fields.get('negated')?.kind === 'literal'
  const conditional: ChainCall[] = rule.kind === 'object' && rule.fields.has('if') ? [{ name: 'if', args: [] }] : []
  return [...conditional, ...(isNegated ? [{ name: 'not', args: [] }] : []), { name, args }]
}
