import type { Dossier } from '../scan/types.ts'
import type { Inputs } from './choose-inputs.ts'
import { expressionsOfScenario } from './expressions.ts'
import { type Carrier, readCarried, secretOf } from './tokens.ts'
import type { PlannedRequest, PlannedToken } from './types.ts'

/** The request that the inputs make. */
export function toRequest({ dossier }: { readonly dossier: Dossier }, inputs: Inputs): PlannedRequest {
  const { route } = dossier
  const path = route.path.replace(/\{?\/?:(\w+)\??\}?/g, (match, name: string) => {
    const slash = match.replace('{', '').startsWith('/') ? '/' : ''
    return `${slash}${encodeURIComponent(String(inputs.params[name] ?? ''))}`
  })
  const takesBody = /^(?:POST|PUT|PATCH|DELETE)$/.test(route.method)
  const hasBody = Object.keys(inputs.body).length > 0
  const token = toToken(dossier, inputs)
  const headers = toTexts(token?.cookie === null ? { ...inputs.headers, authorization: undefined } : inputs.headers)
  const jar = toTexts(token?.cookie ? { ...inputs.cookies, [token.cookie]: undefined } : inputs.cookies)
  const cookies = Object.entries(jar).map(([name, value]) => `${name}=${encodeURIComponent(value)}`)
  return {
    method: route.method,
    path,
    query: toTexts(inputs.query),
    headers: { ...headers, ...(cookies.length > 0 ? { cookie: cookies.join('; ') } : {}) },
    // A route that looks at the body is sent one even when it is empty: Express 5 leaves `req.body` undefined else.
    body: takesBody && (hasBody || readsBody(dossier)) ? JSON.parse(JSON.stringify(inputs.body)) : null,
    ...(token ? { token } : {}),
  }
}

function toToken(dossier: Dossier, inputs: Inputs): PlannedToken | null {
  const places: Carrier[] = [
    { from: 'headers', name: 'authorization' },
    ...Object.keys(inputs.cookies).map((name) => ({ from: 'cookies', name }) as const),
  ]
  for (const place of places) {
    const claims = readCarried(place, String(inputs[place.from][place.name] ?? ''))
    const secret = claims && secretOf(dossier, place)
    if (!claims || !secret) continue
    return { cookie: place.from === 'cookies' ? place.name : null, secret, claims: JSON.parse(JSON.stringify(claims)) }
  }
  return null
}

function readsBody(dossier: Dossier): boolean {
  return dossier.scenarios.some((scenario) =>
    expressionsOfScenario(scenario).some((part) => part.kind === 'input' && part.from === 'body'),
  )
}

function toTexts(values: Readonly<Record<string, unknown>>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(values).flatMap(([key, value]) => (value === undefined ? [] : [[key, String(value)]])),
  )
}
