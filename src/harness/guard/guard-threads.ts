import workers from 'node:worker_threads'
import { builtFile } from '../../package-paths.ts'

const CHANNEL = 'itest.blocked'
const THREAD_GUARD = builtFile('harness/guard/thread.js')

/** A thread has built-ins of its own, so each one begins with a guard that lets nothing out at all. */
export function guardThreads(): void {
  const { Worker } = workers
  Reflect.set(
    workers,
    'Worker',
    class GuardedWorker extends Worker {
      constructor(file: string | URL, options: workers.WorkerOptions = {}) {
        // `--import` would not be awaited by code that is given as text.
        super(file, { ...options, execArgv: ['--require', THREAD_GUARD, ...(options.execArgv ?? [])] })
      }
    },
  )
}

/** Main thread: what the threads were refused. */
export function listenToThreads(blocked: (what: string) => void): void {
  const channel = new workers.BroadcastChannel(CHANNEL)
  channel.onmessage = (message: unknown) => {
    const data: unknown = typeof message === 'object' && message !== null ? Reflect.get(message, 'data') : null
    if (typeof data === 'string') blocked(data)
  }
  channel.unref()
}

/** In a thread. */
export function reportToMain(what: string): void {
  const channel = new workers.BroadcastChannel(CHANNEL)
  channel.postMessage(`${what} (from a thread)`)
  channel.close()
}
