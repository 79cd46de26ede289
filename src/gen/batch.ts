import { createHash } from 'node:crypto'
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { cacheFolder } from '../cache-folder.ts'
import { UserError } from '../errors.ts'
import type { ManyOptions } from '../many-options.ts'
import type { GenOptions, RouteArgument } from '../options.ts'
import { promptFor, type World } from '../pipeline.ts'
import { planFor } from '../plan-for.ts'
import type { BatchAnswer, Batches } from '../write/anthropic-batch.ts'
import { chooseWriter, type Writer } from '../write/choose-writer.ts'
import { DraftReply } from '../write/draft-schema.ts'
import type { ModelRequest } from '../write/model.ts'
import type { Purse } from '../write/purse.ts'
import type { ReplyCache } from '../write/reply-cache.ts'
import { openReplies } from './author.ts'

export interface BatchReport {
  /** Null: all replies were known, so nothing was sent. */
  readonly id: string | null
  readonly requests: number
  /** Why some were not answered; their routes ask the model by themselves. */
  readonly failed: readonly string[]
  /** In US dollars, at half the price; null: not known. */
  readonly costUsd: number | null
}

export interface BatchOptions extends GenOptions, Pick<ManyOptions, 'batchId'> {
  /** How long to wait before it is asked again whether the batch is done; default 30,000. */
  readonly pollMs?: number
}

const POLL_MS = 30_000

/**
 * Has the first request of each route answered in one batch, and keeps the replies where `gen` finds them. Its name is
 * written down, so that whoever is interrupted while it runs goes on with the same one. @throws UserError, ModelError
 */
export async function answerInBatch(
  routes: readonly RouteArgument[],
  { options, purse }: { readonly options: BatchOptions; readonly purse: Purse },
  world: World,
): Promise<BatchReport> {
  const writer = chooseWriter(options, world.environment)
  const batches = await openBatches(writer, options)
  const cache = openReplies(writer.name === 'none' ? '' : writer.id, world)
  const note = openNote(options.root, world)
  const submit = async (): Promise<string | null> => {
    const requests = await listRequests(routes, { options, cache, world })
    if (requests.size === 0) return null
    const id = await batches.submit(limit(requests, writer, purse), world.signal)
    note.write(id)
    return id
  }
  const id = options.batchId ?? note.read() ?? (await submit())
  if (id === null) return { id, requests: 0, failed: [], costUsd: 0 }
  await waitFor(id, { batches, pollMs: options.pollMs ?? POLL_MS, world })
  const answers = await batches.read(id, world.signal)
  for (const answer of answers) if (answer.reply) cache.keep(answer.id, answer.reply.text)
  note.remove()
  return addUp(id, answers, purse)
}

/** @throws UserError */
async function openBatches(writer: Writer, options: GenOptions): Promise<Batches> {
  if (writer.name !== 'anthropic') {
    throw new UserError(`--batch is for models of Anthropic's API, and the writer is ${writer.name}`, {
      hint: 'Name one, e.g. --model claude-sonnet-5-5, with ANTHROPIC_API_KEY set, or leave --batch out.',
    })
  }
  const { anthropicBatches } = await import('../write/anthropic-batch.ts')
  const { effort, maxTokens } = options
  return anthropicBatches({ ...writer.access, model: writer.modelName ?? undefined, effort, maxTokens })
}

/** What is not known yet, by the name under which its reply is kept. */
async function listRequests(
  routes: readonly RouteArgument[],
  { options, cache, world }: { options: BatchOptions; cache: ReplyCache; world: World },
): Promise<Map<string, ModelRequest>> {
  const requests = new Map<string, ModelRequest>()
  for (const [index, route] of routes.entries()) {
    world.signal.throwIfAborted()
    world.progress(`making the prompts: ${index + 1} of ${routes.length}`)
    const request = await makeRequest(route, options, world)
    if (!request) continue
    const key = cache.keyOf(request)
    if (options.fresh || cache.find(key) === null) requests.set(key, request)
  }
  return requests
}

/** Null where there is none to make: why, the route says when its turn comes. */
async function makeRequest(route: RouteArgument, options: BatchOptions, world: World): Promise<ModelRequest | null> {
  try {
    const planned = await planFor(route, { ...options, whole: true })
    const { system, user } = await promptFor(planned, { ...options, environment: world.environment })
    return { system, messages: [{ role: 'user', text: user }], schema: DraftReply }
  } catch (error) {
    if (error instanceof UserError) return null
    throw error
  }
}

/** All of them together may cost what is left, at half the price. */
function limit(requests: Map<string, ModelRequest>, writer: Writer, purse: Purse): Map<string, ModelRequest> {
  const model = writer.name === 'none' ? null : writer.modelName
  const sent = [...requests.values()].flatMap(({ system, messages }) => [system, ...messages.map(({ text }) => text)])
  const characters = sent.reduce((sum, text) => sum + text.length, 0)
  const tokens = purse.limitReply(model, characters)
  if (tokens === null) return requests
  const maxTokens = Math.floor(tokens / requests.size)
  return new Map([...requests].map(([key, request]) => [key, { ...request, maxTokens }]))
}

async function waitFor(
  id: string,
  { batches, pollMs, world }: { batches: Batches; pollMs: number; world: World },
): Promise<void> {
  const startedAt = world.now()
  while (!(await batches.hasEnded(id, world.signal))) {
    const minutes = Math.floor((world.now() - startedAt) / 60_000)
    world.progress(
      `waiting for batch ${id}, ${minutes} min so far; it may take hours. Ctrl-C is safe: the same command goes on with it`,
    )
    await delay(pollMs, undefined, { signal: world.signal })
  }
}

function addUp(id: string, answers: readonly BatchAnswer[], purse: Purse): BatchReport {
  const costs = answers.flatMap(({ reply }) => (reply ? [reply.usage.costUsd] : []))
  const costUsd = costs.reduce<number | null>((sum, one) => (sum === null || one === null ? null : sum + one), 0)
  purse.spend(costUsd)
  const failed = answers.flatMap((answer) => (answer.reply === null ? [answer.reason] : []))
  return { id, requests: answers.length, failed, costUsd }
}

/** Of the batch that is under way for a project. */
function openNote(root: string, { environment }: World) {
  const name = createHash('sha256').update(root).digest('hex').slice(0, 16)
  const file = path.join(cacheFolder(environment), 'gen-all', `${name}.batch`)
  return {
    read: (): string | null => {
      try {
        return readFileSync(file, 'utf8')
      } catch {
        return null
      }
    },
    write: (id: string): void => {
      mkdirSync(path.dirname(file), { recursive: true })
      writeFileSync(file, id)
    },
    remove: (): void => rmSync(file, { force: true }),
  }
}
