import type { AnthropicOptions } from './anthropic-client.ts'
import { explain, makeBody, makeClient, readReply, settle } from './anthropic-client.ts'
import { callWatched } from './call-watched.ts'
import type { Model } from './model.ts'

/**
 * A model behind the Anthropic Messages API: streamed, with structured output. The SDK repeats a refused connection,
 * 408, 409, 429 and 5xx twice; a reply that breaks off is not asked for again. Throws `ModelError`, here for a
 * missing key or a wrong address, later for everything that a call can meet.
 */
export function anthropicModel(options: AnthropicOptions): Model {
  const settings = settle(options)
  return (request) =>
    callWatched(
      request,
      { ...settings, explain: (cause) => explain(cause, settings) },
      async ({ signal, watchdog }) => {
        const watch = { signal, middleware: [watchdog.layer] }
        const stream = makeClient(settings).messages.stream(makeBody(settings, request), watch)
        stream.on('text', (_, all) => request.onProgress?.(all.length))
        return readReply(await stream.finalMessage(), settings)
      },
    )
}
