import { expect, it } from 'vitest'
import { compileSchemata, rewrite, SWITCH } from '../../src/prove/schemata.ts'
import { mutantsOf } from './sample-code.ts'

/** What the text evaluates to with one mutant on. */
function run(code: string, on: number | null): unknown {
  Reflect.set(globalThis, SWITCH, (id: number) => id === on)
  return new Function(`${code}`)()
}

const expression = (start: number, end: number, text: string) => ({ start, end, text, as: 'expression' as const })

it('is the original with no mutant on, and each mutant with its own', () => {
  const text = 'return 1 + 2 * 3'
  const mutants = [
    { id: 1, edits: [expression(7, 16, '7')] },
    { id: 2, edits: [expression(11, 16, '0')] },
    { id: 3, edits: [expression(15, 16, '10')] },
  ]
  const code = compileSchemata(text, mutants)
  expect([null, 1, 2, 3].map((on) => run(code, on))).toEqual([7, 7, 1, 21])
  expect(mutants.map((mutant) => run(rewrite(text, mutant), null))).toEqual([7, 1, 21])
})

it('puts a mutant of several places into all of them', () => {
  const text = 'let a = 1\na = a + 1\nreturn a'
  const edits = [{ start: 10, end: 10, text: 'a = 5;', as: 'before' as const }, expression(14, 19, 'a * 2')]
  expect(run(compileSchemata(text, [{ id: 1, edits }]), 1)).toBe(10)
  expect(run(compileSchemata(text, [{ id: 1, edits }]), null)).toBe(2)
  expect(run(rewrite(text, { edits }), null)).toBe(10)
})

it('keeps a statement apart from the line above, which ends without a semicolon', () => {
  const text = 'let a = String\na(1)\nreturn a'
  const edits = [{ ...expression(15, 19, 'a = 2'), opensStatement: true }]
  expect(run(compileSchemata(text, [{ id: 1, edits }]), 1)).toBe(2)
})

it('is a program for every mutant of a handler', () => {
  const found = mutantsOf(
    'const { a } = req.body\nif (!a) return res.status(400).json({ a })\nawait charge({ a })\nres.json({ a })',
  )
  expect(found.length).toBeGreaterThan(10)
  expect(found.every(({ invalid }) => invalid === null)).toBe(true)
})
