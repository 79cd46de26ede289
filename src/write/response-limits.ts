/** A layer around one HTTP exchange, as the Anthropic SDK takes it. */
type Layer = <Request>(request: Request, next: (request: Request) => Promise<Response>) => Promise<Response>

/** Has a server that asks for more patience than `maxMs` not asked again. The SDK would wait an hour if told to. */
export function capRetryAfter(maxMs: number): Layer {
  return async (request, next) => {
    const response = await next(request)
    if (response.ok || !(readRetryAfter(response.headers) > maxMs)) return response
    const headers = new Headers(response.headers)
    headers.set('x-should-retry', 'false')
    return new Response(response.body, { status: response.status, statusText: response.statusText, headers })
  }
}

/** How long the server asks to wait, in milliseconds; NaN when it does not say. */
export function readRetryAfter(headers: Headers): number {
  const milliseconds = headers.get('retry-after-ms')
  if (milliseconds !== null) return Number(milliseconds)
  const after = headers.get('retry-after')
  if (after === null) return Number.NaN
  return Number.isNaN(Number(after)) ? Date.parse(after) - Date.now() : Number(after) * 1000
}

export interface Watchdog {
  readonly signal: AbortSignal
  /** Watches the answer of an exchange from its headers on. */
  readonly layer: Layer
  /** Counts from now. */
  readonly restart: () => void
  readonly stop: () => void
}

/**
 * Aborts `signal` when nothing arrives for `idleMs`. It watches bytes, not the SDK's events: those leave out the pings
 * that show that a server is still thinking.
 */
export function watchSilence(idleMs: number): Watchdog {
  const controller = new AbortController()
  let timer: NodeJS.Timeout | undefined
  const restart = () => {
    clearTimeout(timer)
    timer = setTimeout(() => controller.abort(), idleMs)
  }
  const layer: Layer = async (request, next) => {
    const response = await next(request)
    if (!response.ok || !response.body) return response
    restart()
    const watched = response.body.pipeThrough(
      new TransformStream<Uint8Array, Uint8Array>({
        transform: (chunk, output) => {
          restart()
          output.enqueue(chunk)
        },
      }),
    )
    return new Response(watched, { status: response.status, headers: response.headers })
  }
  return { signal: controller.signal, layer, restart, stop: () => clearTimeout(timer) }
}
