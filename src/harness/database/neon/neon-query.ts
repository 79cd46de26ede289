import type { IncomingMessage } from 'node:http'

/** What `neon()` of `@neondatabase/serverless` sends with each statement. */
const HEADER = 'neon-connection-string'

export function isNeonQuery({ headers }: IncomingMessage): boolean {
  return headers[HEADER] !== undefined
}
