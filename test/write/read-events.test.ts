import { expect, it } from 'vitest'
import { readEvents } from '../../src/write/read-events.ts'

const TEXT = ': still here\n\nevent: x\r\ndata: {"a":"größer 日本 😀"}\r\n\r\ndata:[DONE]\n\ndata: no end'

function inPieces(length: number): ReadableStream<Uint8Array> {
  const bytes = new TextEncoder().encode(TEXT)
  return new ReadableStream({
    start: (controller) => {
      for (let at = 0; at < bytes.length; at += length) controller.enqueue(bytes.slice(at, at + length))
      controller.close()
    },
  })
}

it.each([1, 2, 7, 1000])('gives the same events from pieces of %i bytes', async (length) => {
  const found: string[] = []
  for await (const data of readEvents(inPieces(length))) found.push(data)
  expect(found).toEqual(['{"a":"größer 日本 😀"}', '[DONE]', 'no end'])
})
