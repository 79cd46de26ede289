import { setTimeout as wait } from 'node:timers/promises'
import type { Refusal } from './model-failures.ts'
import { readSaid } from './read-said.ts'
import { readRetryAfter, type Watchdog } from './response-limits.ts'

export interface Sending {
  readonly url: URL
  readonly headers: Readonly<Record<string, string>>
  readonly signal: AbortSignal
  readonly watchdog: Watchdog
  /** A server that asks to wait longer than this is not asked again. */
  readonly maxRetryAfterMs: number
}

export type Answer =
  | { readonly status: 'answered'; readonly response: Response }
  | { readonly status: 'refused'; readonly refusal: Refusal }

const MOST_REPEATS = 2
const FIRST_WAIT_MS = 500

/** Posts JSON; at most two repeats, for what may be over in a moment. Rejects as `fetch` does. */
export async function sendWithRepeats(body: object, sending: Sending): Promise<Answer> {
  for (let repeat = 0; ; repeat += 1) {
    const isLast = repeat === MOST_REPEATS
    const answer = await send(body, sending).catch((error) => {
      if (isLast || sending.signal.aborted) throw error
      return null
    })
    if (answer !== null && (isLast || !mayPass(answer, sending.maxRetryAfterMs))) return answer
    const asked = answer?.status === 'refused' ? answer.refusal.retryAfterMs : undefined
    // How long it waits for its turn is no silence of the server.
    sending.watchdog.stop()
    await wait(asked !== undefined && asked >= 0 ? asked : FIRST_WAIT_MS * 2 ** repeat, null, {
      signal: sending.signal,
    })
  }
}

async function send(body: object, { url, headers, signal, watchdog }: Sending): Promise<Answer> {
  watchdog.restart()
  const request = { method: 'POST', headers, body: JSON.stringify(body), signal }
  const response = await watchdog.layer(request, (init) => fetch(url, init))
  if (response.ok) return { status: 'answered', response }
  const said = readSaid(await response.text())
  const refusal = { status: response.status, said, retryAfterMs: readRetryAfter(response.headers) }
  return { status: 'refused', refusal }
}

function mayPass(answer: Answer, maxRetryAfterMs: number): boolean {
  if (answer.status === 'answered') return false
  const { status, retryAfterMs = Number.NaN } = answer.refusal
  if (retryAfterMs > maxRetryAfterMs) return false
  return [408, 409, 429].includes(status) || status >= 500
}
