import * as z from 'zod'
import { brokenOff, explainRefusal, type Service } from './model-failures.ts'
import { readEvents } from './read-events.ts'
import { readSaid } from './read-said.ts'
import type { ModelUsage } from './types.ts'

/** A whole answer of a chat server, whichever way it came. */
export interface Completion {
  readonly text: string
  readonly refusal: string
  readonly finish: string
  readonly usage: ModelUsage
}

const Words = z.looseObject({ content: z.string().nullish(), refusal: z.string().nullish() })
const Count = z.int().nonnegative().nullish()
const Usage = z.looseObject({
  prompt_tokens: Count,
  completion_tokens: Count,
  prompt_tokens_details: z.looseObject({ cached_tokens: Count }).nullish(),
})

const Chunk = z.looseObject({
  model: z.string().nullish(),
  choices: z
    .array(z.looseObject({ delta: Words.nullish(), message: Words.nullish(), finish_reason: z.string().nullish() }))
    .nullish(),
  // Servers invent fields here, and a count that makes no sense is none.
  usage: Usage.nullish().catch(null),
  error: z.unknown().optional(),
})

type Chunk = z.infer<typeof Chunk>

const ErrorCode = z.looseObject({ error: z.looseObject({ code: z.coerce.number().int().min(400).max(599) }) })

/** Reads a stream, or the one object of a server that does not stream. @throws ModelError when it is not whole */
export async function readCompletion(
  response: Response,
  { service, onProgress }: { service: Service; onProgress?: ((characters: number) => void) | undefined },
): Promise<Completion> {
  let text = ''
  let refusal = ''
  let finish: string | null = null
  let model = service.model
  let usage: Chunk['usage'] = null
  for await (const data of readParts(response)) {
    const chunk = parseChunk(data, service)
    const [choice] = chunk.choices ?? []
    const words = choice?.delta ?? choice?.message
    text += words?.content ?? ''
    refusal += words?.refusal ?? ''
    finish = choice?.finish_reason || finish
    model = chunk.model || model
    usage = chunk.usage ?? usage
    if (words?.content) onProgress?.(text.length)
  }
  if (finish === null) throw brokenOff('it ended without saying that it is whole')
  return { text, refusal, finish, usage: toUsage(model, usage) }
}

async function* readParts(response: Response): AsyncGenerator<string> {
  const type = response.headers.get('content-type') ?? ''
  if (!type.includes('text/event-stream') || response.body === null) {
    yield await response.text()
    return
  }
  for await (const data of readEvents(response.body)) if (data !== '' && data !== '[DONE]') yield data
}

function parseChunk(data: string, service: Service): Chunk {
  const json = parseJson(data)
  const parsed = Chunk.safeParse(json)
  if (!parsed.success)
    throw brokenOff(`expected a chat completion, found ${data.slice(0, 60) || 'nothing'}`, parsed.error)
  if (parsed.data.error === undefined || parsed.data.error === null) return parsed.data
  const said = readSaid(data)
  const code = ErrorCode.safeParse(json)
  throw code.success ? explainRefusal({ status: code.data.error.code, said }, service) : brokenOff(said)
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return null
  }
}

function toUsage(model: string, usage: Chunk['usage']): ModelUsage {
  const cached = usage?.prompt_tokens_details?.cached_tokens ?? null
  const prompt = usage?.prompt_tokens ?? null
  return {
    model,
    inputTokens: prompt === null ? null : Math.max(0, prompt - (cached ?? 0)),
    outputTokens: usage?.completion_tokens ?? null,
    cacheReadTokens: cached,
    cacheWriteTokens: null,
    costUsd: null,
  }
}
