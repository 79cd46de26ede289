import { createServer } from 'node:http'
import * as z from 'zod'

const Submitted = z.object({
  requests: z.array(
    z.object({
      custom_id: z.string().regex(/^[a-zA-Z0-9_-]{1,64}$/),
      params: z.looseObject({ model: z.string(), max_tokens: z.int(), stream: z.literal(false).optional() }),
    }),
  ),
})

export interface FakeBatchesApi {
  readonly url: string
  /** Method and path of each request. */
  readonly seen: string[]
  /** What was submitted, one list for each batch. */
  readonly submitted: z.infer<typeof Submitted>['requests'][]
  close(): Promise<void>
}

const USAGE = { input_tokens: 1000, output_tokens: 500, cache_creation_input_tokens: 0, cache_read_input_tokens: 0 }

/**
 * A Message Batches API on loopback: a batch is in progress `polls` times, then each of its requests has the answer that
 * `answer` gives, null: an error. Written from the SDK's types: it proves what we ask, not what the real API answers.
 */
export async function startFakeBatchesApi(
  answer: (index: number) => string | null,
  polls: number,
): Promise<FakeBatchesApi> {
  const seen: string[] = []
  const submitted: FakeBatchesApi['submitted'] = []
  let left = polls
  const server = createServer((request, response) => {
    const chunks: Buffer[] = []
    request.on('data', (chunk: Buffer) => chunks.push(chunk))
    request.on('end', () => {
      const { method, url = '' } = request
      response.setHeader('content-type', url.includes('/results') ? 'application/x-jsonl' : 'application/json')
      seen.push(`${method} ${url.replace(/\?.*/, '')}`)
      if (method === 'POST' && url.startsWith('/v1/messages/batches')) {
        submitted.push(Submitted.parse(JSON.parse(Buffer.concat(chunks).toString())).requests)
        return response.end(JSON.stringify(batch('in_progress')))
      }
      if (url.includes('/results')) return response.end(submitted[0]?.map(renderResult).join('\n'))
      left -= 1
      return response.end(JSON.stringify(batch(left < 0 ? 'ended' : 'in_progress')))
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  const port = typeof address === 'object' && address ? address.port : 0
  const url = `http://127.0.0.1:${port}`
  const batch = (status: string) => ({
    id: 'msgbatch_1',
    type: 'message_batch',
    processing_status: status,
    request_counts: { processing: 1, succeeded: 0, errored: 0, canceled: 0, expired: 0 },
    results_url: status === 'ended' ? `${url}/v1/messages/batches/msgbatch_1/results` : null,
  })
  const renderResult = ({ custom_id, params }: { custom_id: string; params: { model: string } }, index: number) => {
    const text = answer(index)
    const error = { type: 'error', error: { type: 'api_error', message: 'went wrong' }, request_id: null }
    const content = [{ type: 'text', text, citations: null }]
    const message = { id: 'm', type: 'message', role: 'assistant', model: params.model, content, usage: USAGE }
    const result =
      text === null
        ? { type: 'errored', error }
        : { type: 'succeeded', message: { ...message, stop_reason: 'end_turn', stop_details: null } }
    return JSON.stringify({ custom_id, result })
  }
  const close = () =>
    new Promise<void>((resolve) => {
      server.close(() => resolve())
      server.closeAllConnections()
    })
  return { url, seen, submitted, close }
}
