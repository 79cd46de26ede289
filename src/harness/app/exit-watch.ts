import { describeError } from '../../run/error-facts.ts'
import { CRASH_MARK } from '../crash-mark.ts'
import { findActor } from '../http/boundary.ts'
import type { HarnessState } from '../state.ts'

const EXIT_CODE = 'ITEST_APP_EXIT'
const SAID_LIMIT = 500

/**
 * An app that ends the process is kept alive: what it does then is thrown where it did it. While it is loaded, that says
 * why it would not start, in its own words. Later it is a finding about the app, when a fault brought it about.
 */
export function watchExits(state: HarnessState): void {
  listenToErrors(state)
  process.exit = (code) => {
    const said = state.lastError === '' ? '' : `; before that it printed: ${state.lastError}`
    const message = `the app ended the process with code ${code ?? process.exitCode ?? 0}${said}`
    const error = Object.assign(new Error(message), { code: EXIT_CODE })
    // Nobody waits for what the app does by itself, so no test can be held to it.
    if (!findActor(state.boundary).isOfRequest) Reflect.set(error, CRASH_MARK, true)
    if (findActor(state.boundary).isOfRequest) state.watch.exits.push(describeError(error, state.root))
    if (state.board.cut !== null) state.appCrashes.push(`process.exit(${code ?? 0}) (after ${state.board.cut})`)
    else if (!state.isLoading) console.warn(`itest: ${message}`)
    throw error
  }
}

export function isExit(error: unknown): boolean {
  return typeof error === 'object' && error !== null && Reflect.get(error, 'code') === EXIT_CODE
}

function listenToErrors(state: HarnessState): void {
  const { error } = console
  console.error = (...args: unknown[]) => {
    state.lastError = args.map(render).join(' ').slice(0, SAID_LIMIT)
    Reflect.apply(error, console, args)
  }
}

function render(value: unknown): string {
  if (value instanceof Error) return value.message
  return typeof value === 'object' ? JSON.stringify(value) : String(value)
}
