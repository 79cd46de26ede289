import * as z from 'zod'
import type { ModelReply } from './model.ts'
import {
  brokenOff,
  emptyReply,
  explainRefusal,
  failure,
  INSTEAD,
  refused,
  type Service,
  truncated,
} from './model-failures.ts'
import { toOneLine } from './one-line.ts'
import type { ModelUsage } from './types.ts'

const Count = z.int().nonnegative().nullish()

/** What `claude -p --output-format json` prints. Loose: new fields come with nearly every release. */
const Result = z.looseObject({
  type: z.literal('result'),
  // "success" also when the API answered 400, 401 or 429: `is_error` is the flag.
  subtype: z.string(),
  is_error: z.boolean(),
  result: z.string().nullish(),
  structured_output: z.unknown().optional(),
  errors: z.array(z.string()).nullish(),
  api_error_status: z.number().nullish(),
  api_error: z.string().nullish(),
  stop_reason: z.string().nullish(),
  total_cost_usd: z.number().nonnegative().nullish(),
  usage: z
    .looseObject({
      input_tokens: Count,
      output_tokens: Count,
      cache_read_input_tokens: Count,
      cache_creation_input_tokens: Count,
    })
    .nullish()
    .catch(null),
  modelUsage: z.record(z.string(), z.unknown()).nullish().catch(null),
  permission_denials: z
    .array(z.looseObject({ tool_name: z.string() }))
    .nullish()
    .catch(null),
})

type Result = z.infer<typeof Result>

/** How the process ended, as far as it matters for a run without a result. */
export interface ClaudeEnd {
  readonly stdout: string
  readonly stderr: string
  readonly exitCode?: number | undefined
}

/** @throws ModelError */
export function readClaudeResult(
  end: ClaudeEnd,
  { service, maxTokens }: { service: Service; maxTokens: number | null },
): ModelReply {
  const result = parseResult(end)
  if (result.stop_reason === 'refusal') throw refused(service, result.result ?? '')
  if (result.api_error === 'max_output_tokens') throw truncated(maxTokens)
  if (result.is_error || result.subtype !== 'success') throw explainError(result, service)
  const text = result.structured_output ? JSON.stringify(result.structured_output) : (result.result ?? '')
  if (text.trim() !== '') return { text, usage: readUsage(result, service) }
  const denied = result.permission_denials?.map((one) => one.tool_name) ?? []
  if (denied.length === 0) throw emptyReply()
  const wanted = toOneLine([...new Set(denied)].join(', '))
  throw failure(`The model answered with nothing, and wanted tools that it does not have (${wanted}).`, INSTEAD)
}

function parseResult({ stdout, stderr, exitCode }: ClaudeEnd): Result {
  try {
    return Result.parse(JSON.parse(stdout))
  } catch (cause) {
    const said = toOneLine(stderr) || toOneLine(stdout) || 'it printed nothing'
    throw brokenOff(`claude ended with code ${exitCode ?? 'unknown'} and no result: ${said}`, cause)
  }
}

function explainError(result: Result, service: Service): Error {
  const { subtype, errors, api_error, api_error_status: status } = result
  const said = errors?.join('; ') || result.result || subtype
  if (status) return explainRefusal({ status, said }, service)
  if (subtype === 'error_max_structured_output_retries') {
    const message = `The model did not keep to the agreed shape in several attempts (${toOneLine(said)}).`
    return failure(message, `Run the command again, or choose another model. ${INSTEAD}`)
  }
  // Not logged in, for one: its own words say it.
  const hint = api_error === 'connection_failed' ? 'Check the network and the proxy.' : service.credentialHint
  return failure(`Claude Code could not answer (${toOneLine(said)}).`, `${hint} ${INSTEAD}`)
}

function readUsage({ usage, modelUsage, total_cost_usd: costUsd }: Result, { model }: Service): ModelUsage {
  const [used, another] = Object.keys(modelUsage ?? {})
  return {
    // With several, nothing says which one wrote the reply.
    model: used !== undefined && another === undefined ? used : model,
    inputTokens: usage?.input_tokens ?? null,
    outputTokens: usage?.output_tokens ?? null,
    cacheReadTokens: usage?.cache_read_input_tokens ?? null,
    cacheWriteTokens: usage?.cache_creation_input_tokens ?? null,
    costUsd: costUsd ?? null,
  }
}
