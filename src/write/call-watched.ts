import { ModelError } from '../errors.ts'
import type { ModelRequest } from './model.ts'
import { type Service, stalled, stopped } from './model-failures.ts'
import { type Watchdog, watchSilence } from './response-limits.ts'

/** One call over the network, which ends with the user's signal or with `idleMs` of silence. @throws ModelError */
export async function callWatched<T>(
  { signal: ofUser }: ModelRequest,
  { service, idleMs, explain }: { service: Service; idleMs: number; explain: (cause: unknown) => ModelError },
  call: (watch: { signal: AbortSignal; watchdog: Watchdog }) => Promise<T>,
): Promise<T> {
  const watchdog = watchSilence(idleMs)
  try {
    const signal = AbortSignal.any(ofUser ? [watchdog.signal, ofUser] : [watchdog.signal])
    return await call({ signal, watchdog })
  } catch (cause) {
    if (cause instanceof ModelError) throw cause
    if (ofUser?.aborted) throw stopped(cause)
    throw watchdog.signal.aborted ? stalled(service, idleMs, cause) : explain(cause)
  } finally {
    watchdog.stop()
  }
}
