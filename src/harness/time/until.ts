// Taken before any test can fake them.
const { setTimeout: setTimer, performance } = globalThis
const now = performance.now.bind(performance)

const LIMIT_MS = 2000
const STEP_MS = 10

/**
 * Waits for what the app does after its answer: `await until(async () => expect(await db.$count(jobs)).toBe(1))`. Runs
 * the condition again until it neither throws nor gives false, and returns what it gave. After `timeoutMs` (default
 * 2000) it rejects with what the condition threw last.
 */
export async function until<T>(
  condition: () => T | Promise<T>,
  { timeoutMs = LIMIT_MS }: { readonly timeoutMs?: number } = {},
): Promise<T> {
  const end = now() + timeoutMs
  for (;;) {
    const tried = await attempt(condition)
    if (tried.status === 'met') return tried.value
    if (now() >= end) throw explain(tried.error, timeoutMs)
    await new Promise((resolve) => setTimer(resolve, STEP_MS))
  }
}

type Attempt<T> = { status: 'met'; value: T } | { status: 'failed'; error: unknown }

async function attempt<T>(condition: () => T | Promise<T>): Promise<Attempt<T>> {
  try {
    const value = await condition()
    return value === false
      ? { status: 'failed', error: new Error('the condition was false') }
      : { status: 'met', value }
  } catch (error) {
    return { status: 'failed', error }
  }
}

/** An assertion stays one, so that its difference is shown. */
function explain(last: unknown, timeoutMs: number): unknown {
  const note = `not met within ${timeoutMs} ms`
  if (!(last instanceof Error)) return new Error(`${note}: ${String(last)}`)
  last.message = `${note}: ${last.message}`
  return last
}
