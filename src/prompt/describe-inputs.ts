import type { InputFact, Shape } from '../scan/types.ts'

/** What the route reads of a request, and what it demands of that: a schema of its own stands in no function. */
export function describeInputs(inputs: readonly InputFact[]): string[] {
  return inputs.map((input) => {
    const { from, path, required, rules, ruleSource, checks, source } = input
    const facts = [
      ...(required === null ? [] : [required ? 'required' : 'optional']),
      ...(rules ? describeRules(rules) : []),
      ...(ruleSource === null || ruleSource === 'manual' ? [] : [`checked by ${ruleSource}`]),
      ...checks.map(({ status, at }) => `refused with ${status} by the code at ${at.file}:${at.line}`),
      ...(source === null ? [] : [`its rules as they are written: ${source.replace(/\s+/g, ' ')}`]),
    ]
    return `input: ${[from, ...path].join('.')}${facts.length > 0 ? `: ${facts.join(', ')}` : ''}`
  })
}

/** `string, min 1, format email`; what a shape holds inside has inputs of its own. */
function describeRules(rules: Shape): string[] {
  return Object.entries(rules).flatMap(([key, value]: [string, unknown]) => {
    if (key === 'type') return [String(value)]
    if (key === 'optional' || value === null || value === false) return []
    if (value === true) return [key]
    if (typeof value === 'string' || typeof value === 'number') return [`${key} ${value}`]
    const isList = Array.isArray(value) && value.length > 0 && value.every((one) => typeof one !== 'object')
    return isList ? [`${key} ${JSON.stringify(value)}`] : []
  })
}
