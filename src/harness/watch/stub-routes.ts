import type { IncomingMessage, ServerResponse } from 'node:http'
import type { RouteName } from '../../route-name.ts'

/** JSON: routes that are not there yet, as `{ method, path }`; a segment with a colon takes any value. */
export const STUBS_VARIABLE = 'ITEST_STUB_ROUTES'

export type AnswerStub = (request: IncomingMessage, response: ServerResponse) => boolean

const NOT_IMPLEMENTED = 501

/** Answers 501 in the place of routes that an app does not have yet, and says whether it did. */
export function readStubs(): AnswerStub {
  const routes: RouteName[] = JSON.parse(process.env[STUBS_VARIABLE] ?? '[]')
  return ({ method, url = '' }, response) => {
    const segments = url.replace(/\?.*$/s, '').split('/')
    if (!routes.some((route) => route.method === method && isSame(route.path.split('/'), segments))) return false
    response.writeHead(NOT_IMPLEMENTED, { 'content-type': 'application/json' }).end('{}')
    return true
  }
}

function isSame(pattern: readonly string[], segments: readonly string[]): boolean {
  return (
    pattern.length === segments.length &&
    pattern.every((segment, index) => segment.startsWith(':') || segment === segments[index])
  )
}
