import { describe, expect, it } from 'vitest'
import { alignColumns, groupBy, plain, wrap } from '../../src/report/layout.ts'

describe('wrap', () => {
  it('breaks at spaces, keeps the indent of the first line and indents the others as told', () => {
    expect(wrap('  one two three four', 11, '    ')).toEqual(['  one two', '    three', '    four'])
  })

  it('leaves a word that is too long on a line of its own', () => {
    expect(wrap('a incomprehensibilities b', 8)).toEqual(['a', 'incomprehensibilities', 'b'])
  })

  it('leaves a short text as it is', () => {
    expect(wrap('short', 80, '  ')).toEqual(['short'])
  })
})

describe('alignColumns', () => {
  it('pads to the longest cell and leaves no space at the end', () => {
    expect(
      alignColumns([
        ['GET', '/a', 'list'],
        ['DELETE', '/a/:id', 'drop'],
      ]),
    ).toEqual(['GET     /a      list', 'DELETE  /a/:id  drop'])
  })

  it('takes nothing', () => {
    expect(alignColumns([])).toEqual([])
  })
})

describe('plain', () => {
  it('takes colours, line breaks and direction marks out of the words of others', () => {
    expect(plain('\u001b[31mred\u001b[39m\n\u202egnp.exe\u0007 \tend')).toBe('red gnp.exe end')
  })
})

describe('groupBy', () => {
  it('keeps the order of first members', () => {
    expect(groupBy(['b1', 'a1', 'b2'], (text) => text.charAt(0))).toEqual([
      ['b', ['b1', 'b2']],
      ['a', ['a1']],
    ])
  })
})
