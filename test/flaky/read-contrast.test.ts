import { describe, expect, it } from 'vitest'
import { isAboutTime, isReordered } from '../../src/flaky/read-contrast.ts'

describe('rows in another order', () => {
  it.each([
    { name: 'of numbers', expected: '[\n  1,\n  2,\n]', actual: '[\n  2,\n  1,\n]' },
    {
      name: 'of objects',
      expected: '[\n  {\n    "id": 1,\n    "tags": [],\n  },\n  {\n    "id": 2,\n  },\n]',
      actual: '[\n  {\n    "id": 2,\n  },\n  {\n    "id": 1,\n    "tags": [],\n  },\n]',
    },
    { name: 'within a body', expected: '{"total":2,"rows":["a, b","c"]}', actual: '{"total":2,"rows":["c","a, b"]}' },
  ])('$name', ({ expected, actual }) => {
    expect(isReordered({ expected, actual })).toBe(true)
  })

  it.each([
    { name: 'other rows', expected: '[1, 2]', actual: '[2, 3]' },
    { name: 'one more', expected: '[1, 2]', actual: '[2, 1, 1]' },
    { name: 'the same', expected: '[1, 2]', actual: '[1, 2]' },
    { name: 'only keys in another order', expected: '{"a":1,"b":2}', actual: '{"b":2,"a":1}' },
    { name: 'items that moved between lists', expected: '{"a":[1],"b":[2]}', actual: '{"a":[2],"b":[1]}' },
    { name: 'no lists', expected: '201', actual: '200' },
    { name: 'brackets that nobody closes', expected: '[1, 2', actual: '[2, 1' },
    { name: 'a quote that nobody closes', expected: '["a, 2]', actual: '[2, "a]' },
    { name: 'nothing to compare', expected: null, actual: '[1]' },
  ])('not $name', ({ expected, actual }) => {
    expect(isReordered({ expected, actual })).toBe(false)
  })
})

describe('moments', () => {
  it.each([
    { expected: '2026-11-22T02:06:48.045Z', actual: '2026-11-22T02:06:48.030Z' },
    { expected: '{\n  "at": "2026-11-22",\n}', actual: '{\n  "at": "2026-11-23",\n}' },
    { expected: '1795313208045', actual: '1795313208046' },
    { expected: 'at 23:59', actual: 'at 00:00' },
  ])('$expected and $actual differ in nothing else', (contrast) => {
    expect(isAboutTime(contrast)).toBe(true)
  })

  it.each([
    { expected: '201', actual: '200' },
    { expected: '2026-11-22 paid', actual: '2026-11-23 open' },
    { expected: '2026-11-22', actual: '2026-11-22' },
    { expected: null, actual: '2026-11-22' },
  ])('$expected and $actual differ in more, or in nothing', (contrast) => {
    expect(isAboutTime(contrast)).toBe(false)
  })
})
