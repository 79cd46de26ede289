/** What a stage tells while it runs: one line, replaced by the next. */
export type Progress = (text: string) => void

/** Measures stages by name; milliseconds. */
export interface Stopwatch {
  readonly time: <T>(stage: string, work: () => T | Promise<T>) => Promise<T>
  readonly timings: () => Readonly<Record<string, number>>
}

export function createStopwatch(now: () => number): Stopwatch {
  const spent = new Map<string, number>()
  return {
    async time(stage, work) {
      const start = now()
      try {
        return await work()
      } finally {
        spent.set(stage, Math.round((spent.get(stage) ?? 0) + now() - start))
      }
    },
    timings: () => Object.fromEntries(spent),
  }
}
