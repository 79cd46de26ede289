import original from 'node:assert'
import { watchAll } from './watch-checks.ts'

// What the project's code gets for `node:assert`: the same, and each call is noted as an assertion.

const strict = watchAll(original.strict)
const sloppy = watchAll(original)
for (const one of [sloppy, strict]) Reflect.set(one, 'strict', strict)

// biome-ignore lint/style/noDefaultExport: it stands for a module that has one.
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
