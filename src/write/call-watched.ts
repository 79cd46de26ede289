import { ModelError } from '../errors.ts'
import type { ModelRequest } from './model.ts'
import { hideSecret, type Service, stalled, stopped } from './model-failures.ts'
import { type Watchdog, watchSilence } from './response-limits.ts'

interface Callee {
  readonly service: Service
  readonly idleMs: number
  /** Empty: none. */
  readonly apiKey: string
  /** What a failure of the call means, unless it is a silence or the user's wish. */
  readonly explain: (cause: unknown) => ModelError
}

/** One call over the network, which ends with the user's signal or with `idleMs` of silence. @throws ModelError */
export async function callWatched<T>(
  { signal: ofUser }: ModelRequest,
  { service, idleMs, apiKey, explain }: Callee,
  call: (watch: { signal: AbortSignal; watchdog: Watchdog }) => Promise<T>,
): Promise<T> {
  const watchdog = watchSilence(idleMs)
  try {
    const signal = AbortSignal.any(ofUser ? [watchdog.signal, ofUser] : [watchdog.signal])
    return await call({ signal, watchdog })
  } catch (cause) {
    if (cause instanceof ModelError) throw hideSecret(cause, apiKey)
    if (ofUser?.aborted) throw stopped(cause)
    throw watchdog.signal.aborted ? stalled(service, idleMs, cause) : hideSecret(explain(cause), apiKey)
  } finally {
    watchdog.stop()
  }
}
