import Module from 'node:module'
import { SWITCH } from './schemata.ts'

/** Which mutant the code is at the moment, and which ones it asks for. */
export interface MutantSwitch {
  /** Null: the original. More than `limit` questions for the mutant count as an endless loop. */
  turnTo(mutant: number | null, limit: number): void
  readonly isEndless: boolean
  /** Those asked for since, and how often. */
  readonly asked: Map<number, number>
}

/** Defines what the code with mutants asks. It must be there before any of it is loaded. */
export function installSwitch(): MutantSwitch {
  let active: number | null = null
  let left = 0
  const state = { isEndless: false, asked: new Map<number, number>() }
  Reflect.set(globalThis, SWITCH, (mutant: number): boolean => {
    if (active === null) state.asked.set(mutant, (state.asked.get(mutant) ?? 0) + 1)
    if (mutant !== active) return false
    left -= 1
    if (left < 0) {
      state.isEndless = true
      throw new Error('itest: this mutant does not come to an end')
    }
    return true
  })
  return Object.assign(state, {
    turnTo: (mutant: number | null, limit: number): void => {
      active = mutant
      left = limit
      state.isEndless = false
    },
  })
}

/** Files that Vite never sees, because the app requires them: JavaScript gets its mutants where Node compiles it. */
export function compileRequired(schemata: Readonly<Record<string, string>>): void {
  const compile: unknown = Reflect.get(Module.prototype, '_compile')
  if (typeof compile !== 'function') return
  Reflect.set(Module.prototype, '_compile', function compileMutated(this: object, ...args: unknown[]) {
    const [content, file, ...rest] = args
    return Reflect.apply(compile, this, [schemata[String(file)] ?? content, file, ...rest])
  })
}
