import { knownString, type PackageStep, type PackageValue, UNDEFINED, type Value } from '../interpret/values.ts'
import type { EnvironmentRule, Shape } from '../types.ts'
import { readShape, type SchemaReader } from './validators/shapes.ts'

const OBJECTS = /^(?:object|strictObject|looseObject|extend|safeExtend|keys|append|shape)$/
const OPTIONAL = /^(?:optional|nullish|default|prefault|catch|devDefault)$/
const VALIDATORS = /^(?:str|email|host|port|url|json|num|bool|testOnly)$/

/** The fields of `z.object({ ... })`, `Joi.object().keys({ ... })` and what is merged into them. */
export function fieldsOfSchema(schema: PackageValue): ReadonlyMap<string, Value> {
  const fields = new Map<string, Value>()
  for (const { name, args } of pairCalls(schema.steps)) {
    const [first] = args
    if (OBJECTS.test(name) && first?.kind === 'object') for (const [key, value] of first.fields) fields.set(key, value)
    if (name === 'merge' && first?.kind === 'package')
      for (const [key, value] of fieldsOfSchema(first)) fields.set(key, value)
  }
  return fields
}

/** What the calls that made a rule say: `string().min(32)`, and whether something stands in for a missing value. */
export function describeRule(rule: PackageValue): Pick<EnvironmentRule, 'text' | 'required' | 'default'> {
  const calls = pairCalls(rule.steps)
  const options = VALIDATORS.test(calls[0]?.name ?? '') ? calls[0]?.args[0] : undefined
  const settings = options?.kind === 'object' ? options.fields : new Map<string, Value>()
  const stand = calls.find(({ name }) => name === 'default' || name === 'prefault')?.args[0] ?? settings.get('default')
  const isOptional =
    calls.some(({ name }) => OPTIONAL.test(name)) || [...settings.keys()].some((key) => OPTIONAL.test(key))
  // Joi and yup take a missing value unless they are told otherwise.
  const mustSay = /^(?:joi|@hapi\/joi|yup|env-var)$/.test(rule.module)
  const saysSo = calls.some(({ name }) => name === 'required' || name === 'defined')
  return {
    text: calls.map(({ name, args }) => `${name}(${args.map(showArgument).join(', ')})`).join('.'),
    required: isOptional ? false : mustSay ? saysSo : true,
    default: literalText(stand),
  }
}

/** Callbacks of a rule stay unread: nothing is known of the variable that they would check. */
const WITHOUT_CODE: SchemaReader = { member: () => UNDEFINED, apply: () => null }

/** The shape of a zod rule; of other packages the rule's text says what there is to say. */
export function shapeOfRule(rule: PackageValue): Shape | null {
  if (!/^zod(?:\/|$)/.test(rule.module)) return null
  // What stands in for a missing value may be a secret; that it is there, `default` says.
  return { ...readShape(rule, { input: UNDEFINED, reader: WITHOUT_CODE, depth: 0 }), parsed: null }
}

function pairCalls(steps: readonly PackageStep[]): { name: string; args: readonly Value[] }[] {
  return steps.flatMap((step, index) => {
    const next = steps[index + 1]
    return step.kind === 'member' && next && next.kind !== 'member' ? [{ name: step.name, args: next.args }] : []
  })
}

function showArgument(value: Value): string {
  if (value.kind === 'literal') return knownString(value) === null ? String(value.value) : `'${value.value}'`
  if (value.kind === 'array') return `[${value.items.map(showArgument).join(', ')}]`
  if (value.kind === 'object')
    return `{ ${[...value.fields].map(([key, field]) => `${key}: ${showArgument(field)}`).join(', ')} }`
  return '…'
}

function literalText(value: Value | undefined): string | null {
  return value?.kind === 'literal' && value.value !== undefined && value.value !== null ? String(value.value) : null
}
