import { expect, it } from 'vitest'
import { brief, parseText } from '../../../src/scan/syntax/syntax.ts'

it.each([
  ['f(a, // mine\n  b)', 'f(a, b)'],
  ['f(/* mine */ a)', 'f( a)'],
  ["f('https://a.example', `// b`)", "f('https://a.example', `// b`)"],
])('says what %j is in one line, without comments', (code, expected) => {
  const [statement] = parseText('a.ts', code).tree.statements
  expect(statement && brief(statement)).toBe(expected)
})
