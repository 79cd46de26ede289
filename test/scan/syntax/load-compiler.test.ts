import { ts } from '@ts-morph/common'
import { expect, test } from 'vitest'
import { ts as loaded } from '../../../src/scan/syntax/load-compiler.ts'

test('the compiler that the bundle loads is the one of the package, minified', () => {
  const text = 'export async function first<T>(rows: T[]): Promise<T | undefined> { return rows[0] as T }'
  const print = (compiler: typeof ts) => [
    compiler.version,
    compiler
      .createSourceFile('a.ts', text, compiler.ScriptTarget.ESNext, true)
      .statements.map(({ kind, end }) => [kind, end]),
    compiler.transpileModule(text, { compilerOptions: { target: compiler.ScriptTarget.ES2022 } }).outputText,
  ]
  expect(print(loaded)).toEqual(print(ts))
})
