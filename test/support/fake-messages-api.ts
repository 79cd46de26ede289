import { createServer, type IncomingHttpHeaders, type IncomingMessage, type ServerResponse } from 'node:http'
import * as z from 'zod'

/** How the loopback Messages API answers one request. */
export type ApiReply =
  /** A whole message: as server-sent events when the request asks for a stream, else as JSON. */
  | { kind: 'message'; text: string; stop?: string; stopDetails?: unknown; usage?: Record<string, number> }
  | { kind: 'error'; status: number; type: string; message?: string; headers?: Record<string, string> }
  /** Bytes as they are, e.g. a login page of a proxy. */
  | { kind: 'raw'; status?: number; contentType: string; body: string }
  /** The stream begins, `text` arrives, then it ends as `how` says. */
  | { kind: 'breaks'; text: string; how: 'fin' | 'reset' | 'silence' | 'error-event' }
  /** Nothing at all. */
  | { kind: 'silence' }
  /** Only pings for `pings` times `everyMs`, then the message. */
  | { kind: 'slow'; text: string; pings: number; everyMs: number }

/** What a client sent, as far as the tests look at it. */
export interface SeenRequest {
  readonly path: string
  readonly headers: IncomingHttpHeaders
  readonly body: MessagesRequest
  /** Settles when the connection of this request is closed. */
  readonly closed: Promise<void>
}

export interface FakeMessagesApi {
  readonly url: string
  readonly seen: SeenRequest[]
  close(): Promise<void>
}

const MessagesRequest = z.looseObject({
  model: z.string(),
  max_tokens: z.int(),
  stream: z.boolean().optional(),
  system: z.array(z.looseObject({ text: z.string(), cache_control: z.unknown() })),
  messages: z.array(z.object({ role: z.string(), content: z.unknown() })).min(1),
  output_config: z.object({
    effort: z.string().optional(),
    format: z.strictObject({ type: z.literal('json_schema'), schema: z.unknown() }),
  }),
})

type MessagesRequest = z.infer<typeof MessagesRequest>

const USAGE = { input_tokens: 12, output_tokens: 34, cache_creation_input_tokens: 1500, cache_read_input_tokens: 0 }

/**
 * A Messages API on loopback that answers from a script and refuses with 400 what the real one is known to refuse.
 * Written from the SDK's types: it proves how we handle answers, not that the real API gives them.
 */
export async function startFakeMessagesApi(script: readonly ApiReply[]): Promise<FakeMessagesApi> {
  const seen: SeenRequest[] = []
  const queue = [...script]
  const server = createServer((request, response) => {
    void readBody(request).then((json) => {
      const body = MessagesRequest.safeParse(json)
      const problem = body.success ? findProblem(request, body.data) : body.error.message
      if (problem !== null || !body.success) {
        return sendError(response, { status: 400, type: 'invalid_request_error', message: problem ?? '' })
      }
      const closed = new Promise<void>((resolve) => response.on('close', () => resolve()))
      seen.push({ path: request.url ?? '', headers: request.headers, body: body.data, closed })
      const next = queue.shift()
      const headers = { 'x-should-retry': 'false' }
      if (!next) return sendError(response, { status: 500, type: 'api_error', message: 'script exhausted', headers })
      send(response, next, body.data)
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

function findProblem(request: IncomingMessage, body: MessagesRequest): string | null {
  if (!/^Bearer \S+$/.test(request.headers.authorization ?? '')) return 'no credential'
  if (!request.headers['anthropic-version']) return 'no anthropic-version'
  if (body.messages.at(-1)?.role === 'assistant') return 'prefill is not supported'
  return findOpenObject(body.output_config.format.schema, 'schema')
}

/** Structured output takes closed objects only. */
function findOpenObject(schema: unknown, at: string): string | null {
  const parsed = z
    .looseObject({ properties: z.record(z.string(), z.unknown()).optional(), items: z.unknown().optional() })
    .safeParse(schema)
  if (!parsed.success) return null
  const { type, additionalProperties, properties = {}, items } = parsed.data
  if (type === 'object' && additionalProperties !== false) return `${at}: object not closed`
  const children = [...Object.entries(properties), ...(items ? [['[]', items] as const] : [])]
  return children.map(([name, child]) => findOpenObject(child, `${at}.${name}`)).find((found) => found !== null) ?? null
}

function send(response: ServerResponse, reply: ApiReply, request: MessagesRequest): void {
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
      if (request.stream) streamMessage(response, reply, request)
      else sendMessage(response, reply, request)
      break
    case 'breaks':
      beginStream(response, request)
      sendText(response, reply.text)
      breakOff(response, reply.how)
      break
    case 'slow':
      beginStream(response, request)
      ping(response, reply.pings, reply.everyMs, () => {
        sendText(response, reply.text)
        endStream(response, 'end_turn')
      })
  }
}

function sendError(
  response: ServerResponse,
  error: { status: number; type: string; message?: string; headers?: Record<string, string> },
): void {
  const { status, type, message = type, headers = {} } = error
  response.writeHead(status, { 'content-type': 'application/json', ...headers })
  response.end(JSON.stringify({ type: 'error', error: { type, message }, request_id: 'req_fake' }))
}

type MessageReply = Extract<ApiReply, { kind: 'message' }>

function sendMessage(response: ServerResponse, reply: MessageReply, request: MessagesRequest): void {
  response.setHeader('content-type', 'application/json')
  const content = reply.text === '' ? [] : [{ type: 'text', text: reply.text, citations: null }]
  const usage = { ...USAGE, ...reply.usage }
  const stop = { stop_reason: reply.stop ?? 'end_turn', stop_details: reply.stopDetails ?? null }
  response.end(JSON.stringify({ ...emptyMessage(request.model), content, ...stop, usage }))
}

function streamMessage(response: ServerResponse, reply: MessageReply, request: MessagesRequest): void {
  const usage = { ...USAGE, ...reply.usage }
  beginStream(response, request, { usage, withBlock: reply.text !== '' })
  if (reply.text !== '') sendText(response, reply.text)
  endStream(response, reply.stop ?? 'end_turn', { usage, details: reply.stopDetails, withBlock: reply.text !== '' })
}

function emptyMessage(model: string) {
  return { id: 'msg_fake', type: 'message', role: 'assistant', model, content: [], stop_reason: null, usage: USAGE }
}

function beginStream(
  response: ServerResponse,
  request: MessagesRequest,
  { usage = USAGE, withBlock = true }: { usage?: Record<string, number>; withBlock?: boolean } = {},
): void {
  response.writeHead(200, { 'content-type': 'text/event-stream; charset=utf-8' })
  event(response, 'message_start', {
    message: { ...emptyMessage(request.model), usage: { ...usage, output_tokens: 1 } },
  })
  if (!withBlock) return
  event(response, 'content_block_start', { index: 0, content_block: { type: 'text', text: '', citations: null } })
  event(response, 'ping', {})
}

function sendText(response: ServerResponse, text: string): void {
  for (const piece of text.match(/[\s\S]{1,20}/g) ?? []) {
    event(response, 'content_block_delta', { index: 0, delta: { type: 'text_delta', text: piece } })
  }
}

function endStream(
  response: ServerResponse,
  stop: string,
  { usage = USAGE, details = null, withBlock = true }: { usage?: object; details?: unknown; withBlock?: boolean } = {},
): void {
  if (withBlock) event(response, 'content_block_stop', { index: 0 })
  event(response, 'message_delta', { delta: { stop_reason: stop, stop_sequence: null, stop_details: details }, usage })
  event(response, 'message_stop', {})
  response.end()
}

function breakOff(response: ServerResponse, how: 'fin' | 'reset' | 'silence' | 'error-event'): void {
  if (how === 'fin') response.end()
  // The text has to leave before the reset, which discards what is still in the buffers.
  if (how === 'reset') setTimeout(() => response.socket?.resetAndDestroy(), 20)
  if (how === 'error-event') {
    event(response, 'error', { error: { type: 'overloaded_error', message: 'Overloaded' } })
    response.end()
  }
}

function ping(response: ServerResponse, left: number, everyMs: number, done: () => void): void {
  if (left === 0) {
    done()
    return
  }
  event(response, 'ping', {})
  setTimeout(() => ping(response, left - 1, everyMs, done), everyMs)
}

function event(response: ServerResponse, type: string, data: object): void {
  response.write(`event: ${type}\ndata: ${JSON.stringify({ type, ...data })}\n\n`)
}
