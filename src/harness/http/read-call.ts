import type { IncomingMessage } from 'node:http'
import type { RecordedCall } from './stub-types.ts'

/** Reads a request to its end. */
export async function readCall(request: IncomingMessage, origin: string): Promise<RecordedCall> {
  const chunks: Buffer[] = []
  for await (const chunk of request) chunks.push(Buffer.from(chunk))
  // A client that talks to a proxy names the whole URL.
  const url = new URL(request.url ?? '/', origin)
  const headers = Object.entries(request.headers).map(([name, value]) => [name, [value ?? []].flat().join(', ')])
  return {
    origin: url.origin,
    method: request.method ?? 'GET',
    path: url.pathname,
    query: Object.fromEntries(url.searchParams),
    headers: Object.fromEntries(headers),
    body: await parseBody(Buffer.concat(chunks), request.headers['content-type'] ?? ''),
  }
}

async function parseBody(content: Buffer, type: string): Promise<unknown> {
  if (content.length === 0) return undefined
  const text = content.toString()
  try {
    if (/\bjson\b/.test(type)) return JSON.parse(text)
    if (type.includes('application/x-www-form-urlencoded')) return group(new URLSearchParams(text))
    if (!type.includes('multipart/form-data')) return text
    const form = await new Response(content, { headers: { 'content-type': type } }).formData()
    const fields = [...form].map(async ([name, value]): Promise<[string, unknown]> => [name, await readField(value)])
    return group(await Promise.all(fields))
  } catch {
    return text
  }
}

async function readField(value: string | File): Promise<unknown> {
  if (typeof value === 'string') return value
  return { filename: value.name, type: value.type, text: await value.text() }
}

/** Names as they were sent: `metadata[orderId]` stays what it is. */
function group(fields: Iterable<[string, unknown]>): Record<string, unknown> {
  const grouped = new Map<string, unknown[]>()
  for (const [name, value] of fields) grouped.set(name, [...(grouped.get(name) ?? []), value])
  return Object.fromEntries([...grouped].map(([name, values]) => [name, values.length > 1 ? values : values[0]]))
}
