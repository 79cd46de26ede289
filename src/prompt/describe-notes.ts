import type { Dossier, Expression, HttpTarget, PackageTarget } from '../scan/types.ts'
import { describeInputs } from './describe-inputs.ts'
import { cuttable, type Part } from './fit-budget.ts'

/** What was read in the code and no function shows by itself: inputs, outgoing calls, and what could not be resolved. */
export function describeNotes(dossier: Dossier): Part[] {
  const unresolved = dossier.unresolved.map(({ what, text, at }) => {
    const shown = text === '' ? '' : `: ${text}`
    return `not resolved: ${what} at ${at.file}:${at.line}${shown}`
  })
  return [
    ...group('inputs', describeInputs(dossier.inputs)),
    ...group('outgoing calls', describeCalls(dossier)),
    ...group('what analysis could not resolve', unresolved),
  ]
}

function group(what: string, notes: readonly string[]): Part[] {
  const distinct = [...new Set(notes)]
  return distinct.length === 0
    ? []
    : [cuttable(distinct.join('\n'), { what: `notes on ${what}`, turn: { kind: 'notes', distance: 0 } })]
}

function describeCalls({ scenarios }: Dossier): string[] {
  const events = scenarios.flatMap((scenario) => scenario.events)
  return events.flatMap((event) =>
    event.kind === 'external' && event.effect !== 'harmless'
      ? [`outgoing call: ${event.caller} at ${event.at.file}:${event.at.line}: ${describeTarget(event.target)}`]
      : [],
  )
}

function describeTarget(target: HttpTarget | PackageTarget): string {
  if (target.protocol === 'package') {
    return `${target.module} ${target.name}(${target.arguments.map((each) => spell(each)).join(', ')})`
  }
  const { method, url, headers, body, timeoutMs } = target
  const parts = [
    `${method.kind === 'literal' ? String(method.value) : spell(method)} ${spell(url)}`,
    ...(headers.kind === 'undefined' ? [] : [`headers ${spell(headers)}`]),
    ...(body.kind === 'undefined' ? [] : [`body ${spell(body)}`]),
    ...(timeoutMs === null ? [] : [`gives up after ${timeoutMs} ms`]),
  ]
  return parts.join(', ')
}

const DEEPEST = 6

function spell(expression: Expression, depth = 0): string {
  if (depth > DEEPEST) return '...'
  const inner = (each: Expression) => spell(each, depth + 1)
  switch (expression.kind) {
    case 'literal':
      return JSON.stringify(expression.value)
    case 'undefined':
      return 'undefined'
    case 'input':
      return ['request', expression.from, ...expression.path].join('.')
    case 'env':
      return `process.env.${expression.name}`
    case 'result':
      return ['earlier result', ...expression.path].join('.')
    case 'column':
      return `${expression.table}.${expression.column}`
    case 'object': {
      const fields = Object.entries(expression.fields).map(([key, value]) => `${key}: ${inner(value)}`)
      const all = [...fields, ...(expression.open ? ['...'] : [])]
      return all.length === 0 ? '{}' : `{ ${all.join(', ')} }`
    }
    case 'array':
      return `[${[...expression.items.map(inner), ...(expression.open ? ['...'] : [])].join(', ')}]`
    case 'operation':
      return spellOperation(expression.name, expression.operands, inner)
    case 'shape':
      return `value of type ${expression.shape.type}`
    case 'unknown':
      return expression.text
    default:
      return expression satisfies never
  }
}

/** As a person writes it: `a + b`, `a ?? b`; templates are joined by the scan under the name `concat`. */
function spellOperation(name: string, operands: readonly Expression[], inner: (each: Expression) => string): string {
  const parts = operands.filter((each) => name !== 'concat' || each.kind !== 'literal' || each.value !== '')
  if (name === 'concat') return parts.map(inner).join(' + ')
  if (/^\W+$/.test(name) && parts.length === 2) return `(${parts.map(inner).join(` ${name} `)})`
  return `${name}(${parts.map(inner).join(', ')})`
}
