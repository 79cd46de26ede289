import type { IncomingMessage, ServerResponse } from 'node:http'

/** JSON: routes that are not there yet, as `{ method, path }` with the path of the request. */
export const STUBS_VARIABLE = 'ITEST_STUB_ROUTES'

export interface StubbedRoute {
  readonly method: string
  readonly path: string
}

export type AnswerStub = (request: IncomingMessage, response: ServerResponse) => boolean

const NOT_IMPLEMENTED = 501

/** Answers 501 in the place of routes that an app does not have yet, and says whether it did. */
export function readStubs(): AnswerStub {
  const routes: StubbedRoute[] = JSON.parse(process.env[STUBS_VARIABLE] ?? '[]')
  const wanted = new Set(routes.map(({ method, path }) => `${method} ${generalise(path)}`))
  return ({ method, url = '' }, response) => {
    if (!wanted.has(`${method} ${generalise(url.replace(/\?.*$/s, ''))}`)) return false
    response.writeHead(NOT_IMPLEMENTED, { 'content-type': 'application/json' }).end('{}')
    return true
  }
}

/** Ids of rows are others in every run. */
function generalise(path: string): string {
  return path.replace(/(?<=\/)(?:\d+|[\da-f]{8}-[\da-f-]{27}|[\da-f]{16,})(?=\/|$)/gi, ':')
}
