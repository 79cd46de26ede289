import { subscribe } from 'node:diagnostics_channel'

/** Whether Node's own fetch called the function that asks. It does things for itself that are nobody's concern. */
export function isOfFetch(): boolean {
  const [, , , caller = ''] = (new Error('where am I').stack ?? '').split('\n')
  return caller.includes('node:internal/deps/undici')
}

/** How many requests of Node's own fetch have not got the whole of their answer. */
export function watchFetches(): () => number {
  const open = new Set<unknown>()
  const requestOf = (message: unknown): unknown =>
    typeof message === 'object' && message !== null ? Reflect.get(message, 'request') : undefined
  subscribe('undici:request:create', (message) => open.add(requestOf(message)))
  for (const end of ['undici:request:trailers', 'undici:request:error']) {
    subscribe(end, (message) => open.delete(requestOf(message)))
  }
  return () => open.size
}
