import { availableParallelism, loadavg } from 'node:os'
import { Worker } from 'node:worker_threads'

/** What others do on this machine, in words, where it is more than its cores can; null: little, or it can't be told. */
export function describeOthersLoad(): string | null {
  const [load = 0] = loadavg()
  const cores = availableParallelism()
  return load > cores ? `load average ${load.toFixed(1)} on ${cores} ${cores === 1 ? 'core' : 'cores'}` : null
}

/** Twice as many busy threads as there are cores, so that whatever runs beside them gets a third of its time. */
export function loadCpu(): () => Promise<void> {
  const threads = Array.from(
    { length: availableParallelism() * 2 },
    () => new Worker('for (;;);', { eval: true, stdin: false }),
  )
  return async () => void (await Promise.all(threads.map((thread) => thread.terminate())))
}
