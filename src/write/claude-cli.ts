import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { execa } from 'execa'
import { ModelError } from '../errors.ts'
import { killGroup } from '../run/kill-group.ts'
import { buildClaudeEnvironment } from './claude-environment.ts'
import { readClaudeResult } from './claude-result.ts'
import { joinMessages } from './join-messages.ts'
import { toJsonSchema } from './json-schema.ts'
import type { Model, ModelReply, ModelRequest } from './model.ts'
import type { Effort } from './model-choice.ts'
import { failure, hideSecret, INSTEAD, stalled, stopped } from './model-failures.ts'

const DEFAULT_LIMIT_MS = 900_000
const VERSION_LIMIT_MS = 10_000

const KEY = { credential: 'API key', credentialHint: 'Check ANTHROPIC_API_KEY.' }
const LOGIN = {
  credential: 'login of Claude Code',
  credentialHint: 'Start `claude` and log in, or set ANTHROPIC_API_KEY.',
}

type Variables = Readonly<Record<string, string | undefined>>

export interface ClaudeOptions {
  /** Of the user; what `claude` needs of it is handed on, and no more. */
  readonly environment: Variables
  /** Undefined: the one that it takes by itself. */
  readonly model?: string | undefined
  readonly effort?: Effort | undefined
  /** Limit of the reply; undefined: its own. */
  readonly maxTokens?: number | undefined
  /** For the whole call: it prints nothing before its end, so silence says nothing. */
  readonly limitMs?: number | undefined
}

type Settings = ReturnType<typeof settle>

/**
 * A model behind the command line of Claude Code, with the login that it has. It gets no tools, no settings and an empty
 * folder to run in, so it can only answer. It repeats by itself what the API refuses. Throws `ModelError`.
 */
export function claudeCliModel(options: ClaudeOptions): Model {
  const settings = settle(options)
  return async (request) => {
    if (request.signal?.aborted) throw stopped(request.signal.reason)
    const folder = await mkdtemp(path.join(tmpdir(), 'itest-claude-'))
    try {
      return await run(request, settings, folder)
    } catch (error) {
      throw error instanceof ModelError ? hideSecret(error, options.environment.ANTHROPIC_API_KEY) : error
    } finally {
      await rm(folder, { recursive: true, force: true })
    }
  }
}

/** What `claude --version` prints; null when it is not there. */
export async function findClaude(environment: Variables): Promise<string | null> {
  const { failed, stdout } = await execa('claude', ['--version'], {
    env: buildClaudeEnvironment(environment),
    extendEnv: false,
    cwd: tmpdir(),
    reject: false,
    timeout: VERSION_LIMIT_MS,
    stdin: 'ignore',
  })
  return failed ? null : stdout.trim()
}

function settle({ environment, model, effort, maxTokens, limitMs = DEFAULT_LIMIT_MS }: ClaudeOptions) {
  return {
    environment: {
      ...buildClaudeEnvironment(environment),
      ...(maxTokens === undefined ? {} : { CLAUDE_CODE_MAX_OUTPUT_TOKENS: String(maxTokens) }),
    },
    flags: [...(model ? ['--model', model] : []), ...(effort ? ['--effort', effort] : [])],
    maxTokens: maxTokens ?? null,
    limitMs,
    service: {
      name: 'Anthropic',
      ...(environment.ANTHROPIC_API_KEY ? KEY : LOGIN),
      address: 'Claude Code',
      addressVariable: 'what `claude` is set up with',
      model: model ?? 'of Claude Code',
    },
  }
}

async function run(request: ModelRequest, settings: Settings, folder: string): Promise<ModelReply> {
  const { system, messages, schema, signal } = request
  const rules = path.join(folder, 'rules.md')
  const empty = path.join(folder, 'empty')
  await mkdir(empty)
  await writeFile(rules, system)
  const flags = [
    ...['-p', '--output-format', 'json', '--json-schema', JSON.stringify(toJsonSchema(schema))],
    // A file: what stands in the arguments is seen by everyone on the machine.
    ...['--system-prompt-file', rules],
    ...['--tools', '', '--strict-mcp-config', '--no-session-persistence', '--setting-sources', ''],
    ...['--disable-slash-commands', ...settings.flags],
  ]
  const { environment: env, limitMs, service } = settings
  const child = execa('claude', flags, {
    input: joinMessages(messages),
    cwd: empty,
    env,
    extendEnv: false,
    reject: false,
    // A group of its own: what is installed as `claude` may be a script around the program.
    detached: true,
    cleanup: false,
  })
  const watch = limit(child.pid, limitMs, signal)
  const end = await child
  const ended = watch.stop()
  if (signal?.aborted) throw stopped(signal.reason)
  if (ended === 'late') throw stalled(service, limitMs, end)
  if (end.code === 'ENOENT') throw notFound(end)
  return readClaudeResult(end, settings)
}

/** Kills the group at the user's signal, or after `limitMs`. */
function limit(pid: number | undefined, limitMs: number, signal: AbortSignal | undefined) {
  let ended: 'late' | 'in time' = 'in time'
  const kill = () => killGroup(pid)
  const timer = setTimeout(() => {
    ended = 'late'
    kill()
  }, limitMs)
  // It may have come while the folder was made.
  if (signal?.aborted) kill()
  signal?.addEventListener('abort', kill)
  return {
    stop: () => {
      clearTimeout(timer)
      signal?.removeEventListener('abort', kill)
      return ended
    },
  }
}

function notFound(cause: unknown): ModelError {
  return failure(
    'There is no program `claude` on the PATH.',
    `Install Claude Code, or choose another writer. ${INSTEAD}`,
    cause,
  )
}
