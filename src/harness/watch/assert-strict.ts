// What the project's code gets for `node:assert/strict`: the same functions, the strict ones under the plain names.

export {
  AssertionError,
  deepStrictEqual,
  deepStrictEqual as deepEqual,
  doesNotMatch,
  doesNotReject,
  doesNotThrow,
  fail,
  ifError,
  match,
  notDeepStrictEqual,
  notDeepStrictEqual as notDeepEqual,
  notStrictEqual,
  notStrictEqual as notEqual,
  ok,
  partialDeepStrictEqual,
  rejects,
  strict,
  // biome-ignore lint/style/noDefaultExport: it stands for a module that has one.
  strict as default,
  strictEqual,
  strictEqual as equal,
  throws,
} from './assert.ts'
