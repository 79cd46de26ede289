import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { HarnessState, RecordedCall, StubRule } from '../state.ts'

/** Starts the server on 127.0.0.1 that answers for every host outside. It records each call, also unstubbed ones. */
export async function startStubServer(state: HarnessState): Promise<Server> {
  const server = createServer((request, response) => {
    answer(state, request, response).catch(() => request.socket.destroy())
  })
  // The server never closes an idle connection, so a client can't run into one that is just being closed.
  server.keepAliveTimeout = 0
  server.on('connection', (socket) => socket.unref())
  state.stubServer = server
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  server.unref()
  return server
}

async function answer(state: HarnessState, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const origin = state.redirected.get(request.socket.remotePort ?? 0) ?? `http://${request.headers.host}`
  const call = await readCall(request, origin)
  if (state.settling) return void request.socket.resetAndDestroy()
  state.calls.push({ origin, call })
  const rule = state.rules.findLast((candidate) => matches(candidate, origin, request))
  if (!rule) {
    state.unstubbed.push(`${call.method} ${origin}${request.url}`)
    request.socket.resetAndDestroy()
    return
  }
  if (rule.answer.kind === 'hang') state.hanging.add(request.socket)
  else if (rule.answer.kind === 'reset') request.socket.resetAndDestroy()
  else {
    if (rule.answer.type !== null) response.setHeader('content-type', rule.answer.type)
    response.writeHead(rule.answer.status).end(rule.answer.body)
  }
}

function matches(rule: StubRule, origin: string, request: IncomingMessage): boolean {
  if (rule.origin !== origin || rule.method !== request.method) return false
  const url = request.url ?? '/'
  return rule.path === (rule.path.includes('?') ? url : url.split('?')[0])
}

async function readCall(request: IncomingMessage, origin: string): Promise<RecordedCall> {
  const chunks: Buffer[] = []
  for await (const chunk of request) chunks.push(Buffer.from(chunk))
  const url = new URL(request.url ?? '/', origin)
  const headers = Object.entries(request.headers).map(([name, value]) => [name, [value ?? []].flat().join(', ')])
  return {
    method: request.method ?? 'GET',
    path: url.pathname,
    query: Object.fromEntries(url.searchParams),
    headers: Object.fromEntries(headers),
    body: parseBody(Buffer.concat(chunks).toString(), request.headers['content-type'] ?? ''),
  }
}

function parseBody(text: string, type: string): unknown {
  if (text === '') return undefined
  if (!type.includes('json')) return text
  try {
    return JSON.parse(text)
  } catch {
    return text
  }
}
