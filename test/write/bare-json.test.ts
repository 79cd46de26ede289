import { expect, it } from 'vitest'
import { bareJson } from '../../src/write/bare-json.ts'

it.each([
  ['{"a":"```js\\n1\\n```"}', '{"a":"```js\\n1\\n```"}'],
  ['```json\n{"a":1}\n```', '{"a":1}'],
  ['```\r\n{"a":1}\r\n```\r\n', '{"a":1}'],
  ['Here it is:\n\n```json\n{"a":1}\n```\n\nAnything else?', '{"a":1}'],
  ['<think>\n{"not":"this"}\n</think>\n\n{"a":1}', '{"a":1}'],
  ['Sure, here are your tests!', 'Sure, here are your tests!'],
  [' \n', ''],
])('%j', (text, json) => expect(bareJson(text)).toBe(json))
