import { describe, expect, it } from 'vitest'
import { stripComments } from '../../src/prompt/strip-comments.ts'

describe('stripComments', () => {
  it.each([
    ['a line', 'const a = 1 // mine\nconst b = 2', 'const a = 1\nconst b = 2'],
    ['a block, as many lines as before', 'f(\n/* one\ntwo */\na)', 'f(\n\n\na)'],
    ['a block between words', 'return/* it */a', 'return a'],
    ['a doc comment', '/**\n * private\n */\nexport const a = 1', '\n\n\nexport const a = 1'],
    ['one at the end of a file', 'a()\n// the end', 'a()\n'],
    ['one in an interpolation', `const a = \`\${b /* mine */}\``, `const a = \`\${b  }\``],
    ['one in braces of JSX', 'const a = <b>{/* mine */}text</b>', 'const a = <b>{ }text</b>'],
    ['one after a regular expression', 'const a = /x/ // mine', 'const a = /x/'],
    ['one beside a division', 'const a = b / c // d / e', 'const a = b / c'],
    ['a directive', '// @ts-expect-error mine\na()', '\na()'],
    ['a line that tells a shell what to do', '#!/usr/bin/env node\na()', '\na()'],
    ['Windows lines', 'a() // mine\r\nb()', 'a()\r\nb()'],
    ['one that is not closed', 'a() /* mine', 'a()'],
    ['one before a type', 'type A = /* mine */ string', 'type A =   string'],
    ['one that holds quotes', "a() // it's `mine`\nb('x')", "a()\nb('x')"],
  ])('takes away %s', (_, code, expected) => {
    expect(stripComments(code, 'src/a.tsx')).toBe(expected)
  })

  it.each([
    ['a string', "const a = 'https://a.example/b' + '/* no */'"],
    ['a template', `const a = \`// no \${b} /* no */ \${'//'} no\``],
    ['a template in a template', `const a = \`\${\`// \${b}\`} //\``],
    ['a regular expression', 'const a = /\\/\\/[/*]+/.test(b) && /[//]/g'],
    ['one after a bracket', 'if (a) /\\/\\*/.exec(b)'],
    ['text of JSX', 'const a = <b>// text /* text */</b>'],
    ['an attribute of JSX', 'const a = <b c="// no" />'],
    ['blanks at the end of a line of a template', 'const a = `b  \n// no  `'],
    ['a private name', 'class A { #a = 1 }'],
  ])('leaves %s', (_, code) => {
    expect(stripComments(code, 'src/a.tsx')).toBe(code)
  })

  it.each([
    [
      'a method',
      'async create(req: Request) { // mine\n  return a / b // c / d\n}',
      'async create(req: Request) {\n  return a / b\n}',
    ],
    ['a getter of a class', 'private get a() {\n  return /x/ // mine\n}', 'private get a() {\n  return /x/\n}'],
    ['an arrow function', 'async (req, res) => { /* mine */ res.end() }', 'async (req, res) => {   res.end() }'],
    ['a function without a name', 'function (req, res) { // mine\n}', 'function (req, res) {\n}'],
    ['code with a mistake', "const a = ( // mine\nb('// no')", "const a = (\nb('// no')"],
  ])('reads %s, as a route’s sources are', (_, code, expected) => {
    expect(stripComments(code, 'src/a.ts')).toBe(expected)
  })

  it('knows a generic call of TypeScript from a tag', () => {
    expect(stripComments('const a = <T>(b) // mine', 'src/a.ts')).toBe('const a = <T>(b)')
  })
})
