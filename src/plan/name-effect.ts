import { partsOf } from '../scan/expressions.ts'
import type { Dossier } from '../scan/types.ts'
import type { ExternalEvent } from './expressions.ts'

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

/** A stub may not share a name in the test file with a table, nor with what signs tokens. */
export function distinctName(dossier: Dossier, name: string): string {
  return name === 'auth' || dossier.tables.some((table) => table.exportName === name) ? `${name}Api` : name
}

/** A word for code: `isValid` for `is_valid`. */
export function camel(text: string): string {
  const name = text.replace(/[^a-zA-Z0-9]+(.)?/g, (_match, next: string | undefined) => (next ?? '').toUpperCase())
  return /^[a-zA-Z]/.test(name) ? name : `host${name}`
}
