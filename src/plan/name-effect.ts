import { TAKEN_NAMES } from '../harness-api.ts'
import { partsOf } from '../scan/expressions.ts'
import type { Dossier } from '../scan/types.ts'
import { camel } from './camel.ts'
import type { ExternalEvent } from './expressions.ts'
import { nameTables } from './name-tables.ts'

/** `payments` for PAYMENTS_URL, else for api.payments.example, else the package, else the calling function. */
export function nameEffect(event: ExternalEvent, url: URL | null = null): string {
  const variable =
    event.target.protocol === 'http' ? partsOf(event.target.url).find((part) => part.kind === 'env') : undefined
  const fromVariable =
    variable?.kind === 'env'
      ? variable.name.toLowerCase().replace(/_?(?:base|api|service)?_?(?:url|uri|host|endpoint)$/, '')
      : ''
  const labels = (url?.hostname ?? '').split('.').filter((label) => !/^(?:api|www|rest|gateway|sandbox)$/.test(label))
  const fromHost = /^(?:localhost|\d+)$/.test(labels[0] ?? '') ? '' : (labels[0] ?? '')
  const fromPackage = event.target.protocol === 'package' ? event.target.module : ''
  return camel(fromVariable || fromHost || fromPackage || event.caller)
}

/** A stub may not share a name in the test file with a table, nor `mail` with what itest calls so. */
export function distinctName(dossier: Dossier, name: string): string {
  const isTaken = TAKEN_NAMES.has(name) || [...nameTables(dossier.tables).values()].includes(name)
  return isTaken ? `${name}Api` : name
}
