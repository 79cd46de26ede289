import { availableParallelism } from 'node:os'
import { Worker } from 'node:worker_threads'

/** Twice as many busy threads as there are cores, so that whatever runs beside them gets a third of its time. */
export function loadCpu(): () => Promise<void> {
  const threads = Array.from(
    { length: availableParallelism() * 2 },
    () => new Worker('for (;;);', { eval: true, stdin: false }),
  )
  return async () => void (await Promise.all(threads.map((thread) => thread.terminate())))
}
