import original from 'node:assert'
import { noteOf } from './note-assertion.ts'

type Check = (...args: unknown[]) => unknown

/** A copy, so that other code, above all the app's, keeps its own. */
export function watchAll(from: object): object {
  const entries = Object.entries(from).map(([name, value]): [string, unknown] => {
    const isClass = /^[A-Z]/.test(name)
    return [name, isCheck(value) && !isClass ? watch(value) : value]
  })
  return Object.assign(isCheck(from) ? watch(from) : {}, Object.fromEntries(entries))
}

function watch(check: Check): Check {
  return (...args) => {
    try {
      const result = check(...args)
      if (result instanceof Promise) return settleLater(result)
      noteOf(null)
      return result
    } catch (error) {
      explain(error)
      noteOf(error)
      throw error
    }
  }
}

/** Listening to a promise handles its rejection, so whoever waits gets the promise that follows. */
function settleLater(result: Promise<unknown>): Promise<unknown> {
  return result.then(
    () => noteOf(null),
    (error: unknown) => {
      noteOf(error)
      throw error
    },
  )
}

/** Node would quote the code that called it, which is ours. */
function explain(error: unknown): void {
  if (!(error instanceof original.AssertionError) || !error.message.includes('evaluated to a falsy value')) return
  error.message = `expected a truthy value, found ${String(error.actual)}`
}

function isCheck(value: unknown): value is Check {
  return typeof value === 'function'
}
