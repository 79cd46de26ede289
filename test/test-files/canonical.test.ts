import { describe, expect, it } from 'vitest'
import { parseText } from '../../src/scan/syntax/syntax.ts'
import { canonical } from '../../src/test-files/canonical.ts'

const read = (text: string): string => canonical(parseText('a.ts', text).tree)

describe('what code says', () => {
  it.each([
    ['f(x => x)', 'f((x) => x);'],
    ['f("a", {\n  b: 1,\n})', "f('a', { 'b': 1 }) // done"],
    ['`abc`', '"abc"'],
    ['/* before */ const a = [\n1,\n2,\n]', 'const a = [1, 2];;'],
    ['expect((await f())).toBe(1)', 'expect(await f()).toBe(1)'],
  ])('is the same in another layout: %s', (a, b) => {
    expect(read(a)).toBe(read(b))
  })

  it.each([
    ['(a + b) * c', 'a + b * c'],
    ['(await x).y', 'await x.y'],
    ['f([1])', 'f(1)'],
    ['f()', 'f([])'],
    ['f({})', 'f()'],
    ['!a', 'a'],
    ['-a', '+a'],
    ['let a = 1', 'const a = 1'],
    ['a?.b', 'a.b'],
    ['expect(x).toBe(1)', 'expect(x).toBe(2)'],
    ['expect(x).not.toBe(1)', 'expect(x).toBe(1)'],
    [`\`a\${b}c\``, `\`a\${b}d\``],
    ['if (a) { b() }', 'if (a) b()'],
    ['async () => { await a }', 'async () => { a }'],
    ['for (a;;) {}', 'for (;a;) {}'],
    ['const [, a] = b', 'const [a] = b'],
    ['import type { a } from "b"', 'import { a } from "b"'],
    ['({ a })', '({ a: b })'],
  ])('is another in %s than in %s', (a, b) => {
    expect(read(a)).not.toBe(read(b))
  })
})
