import { expect, it } from 'vitest'
import { readSaid } from '../../src/write/read-said.ts'

it.each([
  ['{"error":{"message":"no such model","type":"x"}}', 'no such model'],
  ['{"error":"model not found"}', 'model not found'],
  ['{"object":"error","message":"too long"}', 'too long'],
  ['{"detail":"Unauthorized"}', 'Unauthorized'],
  ['{"code":5}', '{"code":5}'],
  ['<html>', '<html>'],
  ['', ''],
])('%s', (body, said) => expect(readSaid(body)).toBe(said))
