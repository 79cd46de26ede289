import path from 'node:path'
import { cacheFolder } from '../cache-folder.ts'
import type { GenOptions } from '../options.ts'
import type { World } from '../pipeline.ts'
import type { Plan } from '../plan/types.ts'
import type { PlannedRoute } from '../plan-for.ts'
import { loadRepairTemplate } from '../prompt.ts'
import type { RedactedPrompt } from '../redact/redact-prompt.ts'
import { type Author, builtInAuthor, singleAuthor } from '../write/author.ts'
import { chooseWriter } from '../write/choose-writer.ts'
import { modelAuthor } from '../write/model-author.ts'
import type { Purse } from '../write/purse.ts'
import { readDraftFile } from '../write/read-draft-file.ts'
import { openReplyCache, type ReplyCache } from '../write/reply-cache.ts'
import { openTill } from '../write/till.ts'

const ATTEMPTS = 3

/** Who writes the tests of a route; `makePrompt` is only asked when somebody reads it. @throws UserError */
export async function openAuthor(
  { plan, vocabulary }: PlannedRoute,
  setup: {
    readonly options: GenOptions
    readonly world: World
    readonly purse: Purse
    readonly makePrompt: () => Promise<RedactedPrompt>
  },
): Promise<Author> {
  const { options, world, purse } = setup
  if (options.draft !== undefined) return pastedAuthor(options.draft, plan, world)
  const writer = chooseWriter(options, world.environment)
  if (writer.name === 'none') return builtInAuthor(plan, vocabulary)
  world.progress(`waiting for ${writer.name}`)
  return modelAuthor({
    writer: writer.name,
    till: openTill({
      ask: writer.model,
      model: writer.modelName,
      purse,
      cache: openReplies(writer.id, world),
      isFresh: options.fresh,
    }),
    plan,
    prompt: await setup.makePrompt(),
    repairTemplate: await loadRepairTemplate(),
    attempts: options.attempts ?? ATTEMPTS,
    signal: world.signal,
    onProgress: tellThousands((thousands) =>
      world.progress(`waiting for ${writer.name}: ${thousands},000 characters so far`),
    ),
  })
}

function pastedAuthor(file: string, plan: Plan, world: World): Author {
  return singleAuthor(async () => {
    if (file === '-') world.progress('reading the draft from standard input')
    return readDraftFile(file, plan, world.signal)
  })
}

/** Those that were paid for earlier, also by a batch. */
export function openReplies(writer: string, { environment }: World): ReplyCache {
  return openReplyCache(writer, path.join(cacheFolder(environment), 'replies'))
}

/** Where there is no terminal, each word of progress is a line. */
function tellThousands(tell: (thousands: number) => void): (characters: number) => void {
  let told = 0
  return (characters) => {
    const thousands = Math.floor(characters / 1000)
    if (thousands > told) tell(thousands)
    told = thousands
  }
}
