import { createServer, type IncomingHttpHeaders, type IncomingMessage, type ServerResponse } from 'node:http'
import * as z from 'zod'

/** How the loopback chat completions API answers one request. */
export type ChatReply =
  /** A whole completion; `usage` null: the server does not count. */
  | { kind: 'message'; text: string; finish?: string; refusal?: string; usage?: object | null; streams?: boolean }
  | { kind: 'error'; status: number; message?: string; headers?: Record<string, string> }
  /** Bytes as they are, e.g. a login page of a proxy. */
  | { kind: 'raw'; status?: number; contentType: string; body: string }
  /** The stream begins, `text` arrives, then it ends as `how` says. */
  | { kind: 'breaks'; text: string; how: 'fin' | 'reset' | 'silence' | 'error-event' }
  /** Nothing at all. */
  | { kind: 'silence' }
  /** Only comments for `pings` times `everyMs`, then the completion. */
  | { kind: 'slow'; text: string; pings: number; everyMs: number }

const ChatRequest = z.looseObject({
  model: z.string(),
  stream: z.literal(true),
  stream_options: z.strictObject({ include_usage: z.literal(true) }),
  messages: z.array(z.strictObject({ role: z.enum(['system', 'user', 'assistant']), content: z.string() })).min(2),
  response_format: z.looseObject({ type: z.enum(['json_schema', 'json_object']) }).optional(),
})

type ChatRequest = z.infer<typeof ChatRequest>

/** What a client sent, as far as the tests look at it. */
export interface SeenChat {
  readonly path: string
  readonly headers: IncomingHttpHeaders
  readonly body: ChatRequest
  /** Settles when the connection of this request is closed. */
  readonly closed: Promise<void>
}

export interface FakeChatApi {
  readonly url: string
  readonly seen: SeenChat[]
  close(): Promise<void>
}

const USAGE = { prompt_tokens: 1512, completion_tokens: 34, prompt_tokens_details: { cached_tokens: 1500 } }

/**
 * A chat completions API on loopback that answers from a script. Written from OpenAI's description of the format: it
 * proves how we handle answers, not that a real server gives them.
 */
export async function startFakeChatApi(script: readonly ChatReply[]): Promise<FakeChatApi> {
  const seen: SeenChat[] = []
  const queue = [...script]
  const server = createServer((request, response) => {
    void readBody(request).then((json) => {
      const body = ChatRequest.safeParse(json)
      if (!body.success) return sendError(response, { status: 418, message: body.error.message })
      const closed = new Promise<void>((resolve) => response.on('close', () => resolve()))
      seen.push({ path: request.url ?? '', headers: request.headers, body: body.data, closed })
      send(response, queue.shift() ?? { kind: 'error', status: 418, message: 'script exhausted' })
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  const port = typeof address === 'object' && address ? address.port : 0
  const close = () =>
    new Promise<void>((resolve) => {
      server.close(() => resolve())
      server.closeAllConnections()
    })
  return { url: `http://127.0.0.1:${port}`, seen, close }
}

async function readBody(request: IncomingMessage): Promise<unknown> {
  let raw = ''
  for await (const chunk of request) raw += chunk
  return JSON.parse(raw)
}

function send(response: ServerResponse, reply: ChatReply): void {
  switch (reply.kind) {
    case 'error':
      sendError(response, reply)
      break
    case 'raw':
      response.writeHead(reply.status ?? 200, { 'content-type': reply.contentType })
      response.end(reply.body)
      break
    case 'silence':
      break
    case 'message':
      if (reply.streams === false) sendMessage(response, reply)
      else streamMessage(response, reply)
      break
    case 'breaks':
      beginStream(response)
      sendText(response, reply.text)
      breakOff(response, reply.how)
      break
    case 'slow':
      beginStream(response)
      ping(response, reply.pings, reply.everyMs, () => {
        sendText(response, reply.text)
        endStream(response, { finish: 'stop', usage: USAGE })
      })
  }
}

function sendError(
  response: ServerResponse,
  { status, message = 'no', headers = {} }: { status: number; message?: string; headers?: Record<string, string> },
): void {
  response.writeHead(status, { 'content-type': 'application/json', ...headers })
  response.end(JSON.stringify({ error: { message, type: 'error', code: null } }))
}

type MessageReply = Extract<ChatReply, { kind: 'message' }>

function sendMessage(response: ServerResponse, { text, finish = 'stop', usage = USAGE }: MessageReply): void {
  response.setHeader('content-type', 'application/json; charset=utf-8')
  const message = { role: 'assistant', content: text, refusal: null }
  response.end(JSON.stringify({ model: 'm-2026', choices: [{ index: 0, message, finish_reason: finish }], usage }))
}

function streamMessage(response: ServerResponse, reply: MessageReply): void {
  const { text, refusal, finish = 'stop', usage = USAGE } = reply
  beginStream(response)
  sendText(response, text)
  if (refusal !== undefined) event(response, { choices: [{ index: 0, delta: { refusal }, finish_reason: null }] })
  endStream(response, { finish, usage })
}

function beginStream(response: ServerResponse): void {
  response.writeHead(200, { 'content-type': 'text/event-stream' })
  event(response, { choices: [{ index: 0, delta: { role: 'assistant', content: '' }, finish_reason: null }] })
}

function sendText(response: ServerResponse, text: string): void {
  for (const content of text.match(/[\s\S]{1,20}/g) ?? []) {
    event(response, { choices: [{ index: 0, delta: { content }, finish_reason: null }] })
  }
}

function endStream(response: ServerResponse, { finish, usage }: { finish: string; usage: object | null }): void {
  event(response, { choices: [{ index: 0, delta: {}, finish_reason: finish }] })
  if (usage !== null) event(response, { choices: [], usage })
  response.end('data: [DONE]\n\n')
}

function breakOff(response: ServerResponse, how: 'fin' | 'reset' | 'silence' | 'error-event'): void {
  if (how === 'fin') response.end()
  // The text has to leave before the reset, which discards what is still in the buffers.
  if (how === 'reset') setTimeout(() => response.socket?.resetAndDestroy(), 20)
  if (how === 'error-event')
    response.end(`data: ${JSON.stringify({ error: { message: 'Overloaded', code: 529 } })}\n\n`)
}

function ping(response: ServerResponse, left: number, everyMs: number, done: () => void): void {
  if (left === 0) {
    done()
    return
  }
  response.write(': still here\n\n')
  setTimeout(() => ping(response, left - 1, everyMs, done), everyMs)
}

/** Lines end as some servers end them. */
function event(response: ServerResponse, data: object): void {
  response.write(`data: ${JSON.stringify({ id: 'chat-1', model: 'm-2026', ...data })}\r\n\r\n`)
}
