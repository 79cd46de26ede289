import { STATUS_CODES } from 'node:http'
import { literal, type Value } from '../interpret/values.ts'

/** `sendStatus(200)` sends the words of the status as text. */
export function statusText(code: Value | undefined): Value | null {
  return code?.kind === 'literal' ? literal(STATUS_CODES[Number(code.value)] ?? String(code.value)) : null
}

/** `res.send(object)` is JSON on the wire. */
export function isData(body: Value | undefined): boolean {
  return (
    body?.kind === 'object' || body?.kind === 'array' || (body?.kind === 'symbol' && body.expression.kind === 'result')
  )
}

/** Statuses with which nothing is sent, whatever the code gives: express/lib/response.js, `res.send`. */
export function isBodiless(status: Value): boolean {
  return status.kind === 'literal' && (status.value === 204 || status.value === 205 || status.value === 304)
}
