import original from 'node:assert'
import { noteOf } from './note-assertion.ts'

// What test files get for `node:assert`: the same, and each call is noted as an assertion.

type Check = (...args: unknown[]) => unknown

const sloppy = watchAll(original)
const strict = watchAll(original.strict)
for (const one of [sloppy, strict]) Reflect.set(one, 'strict', strict)

// biome-ignore lint/style/noDefaultExport: what it stands in for has one.
export { sloppy as default, strict }

const read = (name: string): unknown => Reflect.get(sloppy, name)

export const ok = read('ok')
export const equal = read('equal')
export const notEqual = read('notEqual')
export const deepEqual = read('deepEqual')
export const notDeepEqual = read('notDeepEqual')
export const strictEqual = read('strictEqual')
export const notStrictEqual = read('notStrictEqual')
export const deepStrictEqual = read('deepStrictEqual')
export const notDeepStrictEqual = read('notDeepStrictEqual')
export const partialDeepStrictEqual = read('partialDeepStrictEqual')
export const match = read('match')
export const doesNotMatch = read('doesNotMatch')
export const throws = read('throws')
export const doesNotThrow = read('doesNotThrow')
export const rejects = read('rejects')
export const doesNotReject = read('doesNotReject')
export const ifError = read('ifError')
export const fail = read('fail')
export const AssertionError = read('AssertionError')

/** A copy, so that other code, above all the app's, keeps its own. */
function watchAll(from: object): object {
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
      if (result instanceof Promise) result.then(() => noteOf(null), noteOf)
      else noteOf(null)
      return result
    } catch (error) {
      explain(error)
      noteOf(error)
      throw error
    }
  }
}

/** Node would quote the code that called it, which is ours. */
function explain(error: unknown): void {
  if (!(error instanceof original.AssertionError) || !error.message.includes('evaluated to a falsy value')) return
  error.message = `expected a truthy value, found ${String(error.actual)}`
}

function isCheck(value: unknown): value is Check {
  return typeof value === 'function'
}
