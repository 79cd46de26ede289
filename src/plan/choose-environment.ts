import { partsOf } from '../scan/expressions.ts'
import { inventByName } from '../scan/models/environment-names.ts'
import type { Dossier, Expression } from '../scan/types.ts'

/** As `inventByName`, for a variable that only requests read, where an address is mostly one of a link. Not those of servers that speak no HTTP. */
export function inventForRequest(name: string): string | null {
  const isAddress =
    /(?:url|uri|origin)$/i.test(name) && !/proxy|redis|mongo|amqp|rabbit|kafka|smtp|database|db_/i.test(name)
  return isAddress ? hostFor(name) : inventByName(name)
}

/**
 * Variables that the harness sets before the app starts: the address of every host that a route calls, so that a `.env`
 * of the developer can't send a test elsewhere, and a harmless value for what looks like a secret or a period.
 */
export function chooseEnvironment(dossier: Dossier, reserved: readonly string[]): Record<string, string> {
  const chosen: Record<string, string> = {}
  for (const url of urlsOf(dossier)) for (const [name, value] of addresses(url)) chosen[name] ??= value
  const atStart = new Set(dossier.boot.environment.map(({ name }) => name))
  for (const name of dossier.environment) {
    if (reserved.includes(name)) continue
    const invented = atStart.has(name) ? inventByName(name) : inventForRequest(name)
    if (invented !== null) chosen[name] ??= invented
  }
  return chosen
}

function urlsOf(dossier: Dossier): Expression[] {
  const events = dossier.scenarios.flatMap((scenario) => scenario.events)
  return events.flatMap((event) =>
    event.kind === 'external' && event.target.protocol === 'http' ? [event.target.url] : [],
  )
}

function addresses(url: Expression): [string, string][] {
  const withFallback = partsOf(url).flatMap((part): [string, string][] => {
    const [left, right] =
      part.kind === 'operation' && (part.name === '??' || part.name === 'default') ? part.operands : []
    const isText = right?.kind === 'literal' && typeof right.value === 'string'
    return left?.kind === 'env' && isText ? [[left.name, String(right.value)]] : []
  })
  const bare = partsOf(url).flatMap((part): [string, string][] =>
    part.kind === 'env' ? [[part.name, hostFor(part.name)]] : [],
  )
  return [...withFallback, ...bare]
}

function hostFor(name: string): string {
  const label = name
    .toLowerCase()
    .replace(/_?(?:base|api|service)?_?(?:url|uri|host|endpoint)$/, '')
    .replaceAll('_', '-')
  return `https://${label || 'api'}.example`
}
