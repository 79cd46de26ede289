import type { TestProject } from 'vitest/node'

// Vite would transform whatever this file imported, so it imports nothing: the plugin has loaded it all already.
const KEY = Symbol.for('itest.setUpRun')

export type SetUpRun = (project: TestProject) => Promise<() => Promise<void>>

export function shareSetUp(setUpRun: SetUpRun): void {
  Reflect.set(globalThis, KEY, setUpRun)
}

/** Vitest calls this once per run. */
export function setup(project: TestProject): ReturnType<SetUpRun> {
  const setUpRun: SetUpRun = Reflect.get(globalThis, KEY)
  return setUpRun(project)
}
