import type { ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import type { RecordedCall, StubAnswer, StubReply } from './stub-types.ts'

interface Exchange {
  readonly call: RecordedCall
  readonly response: ServerResponse
  readonly hanging: Set<Socket>
}

/** Gives one call its answer. Rejects with what a handler threw. */
export async function writeAnswer(answer: StubAnswer, { call, response, hanging }: Exchange): Promise<void> {
  const { socket } = response.req
  switch (answer.kind) {
    case 'reply': {
      const { headers, body } = render(await answer.answer(call))
      response.writeHead(headers.status, headers.fields).end(body)
      return
    }
    case 'stream':
      return writeStream(response, answer)
    case 'cut':
      return writeHalf(response, answer.reply)
    case 'reset':
      socket.resetAndDestroy()
      return
    case 'hang':
      hanging.add(socket)
      socket.once('close', () => hanging.delete(socket))
      if (answer.afterHeaders) response.writeHead(200, { 'content-type': 'application/json' }).flushHeaders()
      return
    default:
      return answer satisfies never
  }
}

async function writeStream(response: ServerResponse, answer: StubAnswer & { kind: 'stream' }): Promise<void> {
  const { headers } = render({ ...answer.reply, body: '' })
  response.writeHead(headers.status, headers.fields)
  for (const chunk of answer.chunks) await new Promise<void>((resolve) => response.write(chunk, () => resolve()))
  response.end()
}

/** Announces the whole body and ends the connection after half of it. */
function writeHalf(response: ServerResponse, reply: StubReply): void {
  const { headers, body } = render(reply)
  const half = body.subarray(0, Math.floor(body.length / 2))
  response.writeHead(headers.status, { ...headers.fields, 'content-length': String(Math.max(body.length, 1)) })
  response.write(half, () => response.socket?.destroy())
  if (half.length === 0) response.socket?.destroy()
}

function render({ status, body, headers = {} }: StubReply): {
  headers: { status: number; fields: Record<string, string> }
  body: Buffer
} {
  const { type, content } = encode(body)
  const own = Object.keys(headers).some((name) => name.toLowerCase() === 'content-type')
  return {
    headers: { status, fields: { ...(own || !type ? {} : { 'content-type': type }), ...headers } },
    body: content,
  }
}

function encode(body: unknown): { type: string | null; content: Buffer } {
  if (body === undefined) return { type: null, content: Buffer.alloc(0) }
  if (body instanceof Uint8Array) return { type: 'application/octet-stream', content: Buffer.from(body) }
  if (typeof body === 'string') return { type: 'text/plain; charset=utf-8', content: Buffer.from(body) }
  return { type: 'application/json; charset=utf-8', content: Buffer.from(JSON.stringify(body)) }
}
