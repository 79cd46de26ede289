import { ts } from '@ts-morph/common'
import { expect, test } from 'vitest'
import { ts as loaded } from '../../../src/scan/syntax/load-compiler.ts'

test('the compiler that the bundle loads is the one of the package', () => {
  expect(loaded.createSourceFile).toBe(ts.createSourceFile)
})
