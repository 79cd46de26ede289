import type { Dossier, Expression, HttpTarget, PackageTarget, VisitedSource } from '../scan/types.ts'

/** What comes from the project word for word: outgoing calls, what analysis could not resolve, the source visited. */
export function describeData(dossier: Dossier): string {
  const notes = [
    ...describeCalls(dossier),
    ...dossier.unresolved.map(({ what, text, at }) => `not resolved: ${what} at ${at.file}:${at.line}: ${text}`),
  ]
  return [...(notes.length > 0 ? [notes.join('\n')] : []), ...dossier.sources.map(describeSource)].join('\n\n')
}

function describeSource({ name, at, text }: VisitedSource): string {
  return `----- ${name}, ${at.file}:${at.line}\n${text}`
}

function describeCalls({ scenarios }: Dossier): string[] {
  const events = scenarios.flatMap((scenario) => scenario.events)
  const calls = events.flatMap((event) =>
    event.kind === 'external' && event.effect !== 'harmless'
      ? [`outgoing call: ${event.caller} at ${event.at.file}:${event.at.line}: ${describeTarget(event.target)}`]
      : [],
  )
  return [...new Set(calls)]
}

function describeTarget(target: HttpTarget | PackageTarget): string {
  if (target.protocol === 'package') {
    return `${target.module} ${target.name}(${target.arguments.map((each) => spell(each)).join(', ')})`
  }
  const limit = target.timeoutMs === null ? '' : `, gives up after ${target.timeoutMs} ms`
  const parts = `headers ${spell(target.headers)}, body ${spell(target.body)}`
  return `${spell(target.method)} ${spell(target.url)}, ${parts}${limit}`
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
      return `environment variable ${expression.name}`
    case 'result':
      return ['earlier result', ...expression.path].join('.')
    case 'column':
      return `${expression.table}.${expression.column}`
    case 'object': {
      const fields = Object.entries(expression.fields).map(([key, value]) => `${key}: ${inner(value)}`)
      return `{ ${[...fields, ...(expression.open ? ['...'] : [])].join(', ')} }`
    }
    case 'array':
      return `[${[...expression.items.map(inner), ...(expression.open ? ['...'] : [])].join(', ')}]`
    case 'operation':
      return `${expression.name}(${expression.operands.map(inner).join(', ')})`
    case 'shape':
      return `value of type ${expression.shape.type}`
    case 'unknown':
      return expression.text
    default:
      return expression satisfies never
  }
}
