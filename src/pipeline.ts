import { chooseBootEnvironment } from './boot-environment.ts'
import { writeAndTry } from './gen/attempts.ts'
import { openAuthor } from './gen/author.ts'
import type { Gate } from './gen/queue.ts'
import { buildReport } from './gen/report.ts'
import { openTrial } from './gen/trial.ts'
import type { GenOptions, RouteArgument } from './options.ts'
import { type PlannedRoute, planFor } from './plan-for.ts'
import { createStopwatch, type Progress, type Stopwatch } from './progress.ts'
import { assertTablesFit } from './project-setup.ts'
import { findStyle } from './prompt/find-style.ts'
import { makeNonce } from './prompt/nonce.ts'
import { stripComments, withoutComments } from './prompt/strip-comments.ts'
import { loadPromptTemplates, PROMPT_BUDGET, renderPrompt } from './prompt.ts'
import { type Privacy, type RedactedPrompt, redactorFor, redactPrompt } from './redact/redact-prompt.ts'
import type { GenReport } from './report/types.ts'
import { assertCanWrite } from './save.ts'
import { describeBroken } from './scan/mistakes.ts'
import type { ReadRoute } from './scan/read-project.ts'
import { assertCanMakeApp } from './write/assert-can-make-app.ts'
import type { Author } from './write/author.ts'
import { openPurse, type Purse } from './write/purse.ts'

export interface World {
  readonly environment: Readonly<Record<string, string | undefined>>
  readonly signal: AbortSignal
  readonly progress: Progress
  /** Milliseconds, for the timings of the report. */
  readonly now: () => number
}

/** What routes that are done in one go have in common. */
export interface Shared {
  readonly purse: Purse
  /** Their tests share the machine and some files, and so run one route after the other. */
  readonly gate: Gate
}

/** plan -> prompt: portable to any assistant, with a mark in the place of each secret. */
export async function promptFor(
  planned: PlannedRoute,
  privacy: Privacy & Pick<GenOptions, 'promptBudget'>,
): Promise<RedactedPrompt> {
  const { plan, read, vocabulary, config } = planned
  const { promptBudget = PROMPT_BUDGET } = privacy
  const found = findStyle(privacy.root, { ...plan.route, file: vocabulary.scaffold.file })
  const style = found && privacy.stripComments ? { ...found, text: stripComments(found.text, found.file) } : found
  const nonce = await makeNonce([plan, read.dossier.sources, style])
  const prompt = renderPrompt({
    plan,
    dossier: privacy.stripComments ? withoutComments(read.dossier) : read.dossier,
    scaffold: vocabulary.scaffold,
    constants: vocabulary,
    config,
    style,
    budget: promptBudget,
    nonce,
    templates: await loadPromptTemplates(),
  })
  return redactPrompt(prompt, redactorFor(planned, privacy))
}

/** scan -> plan -> prompt -> write -> check -> run -> classify -> prove -> report, for one route. */
export async function generate(
  wanted: RouteArgument,
  options: GenOptions,
  world: World,
  shared: Shared = { purse: openPurse(options.maxCostUsd), gate: (work) => work() },
): Promise<GenReport> {
  const { time, timings } = createStopwatch(world.now)
  world.progress('reading the code')
  const planned = await time('scan and plan', () => planFor(wanted, { ...options, whole: true }))
  assertCanGenerate(planned.read)
  const { scaffold } = planned.vocabulary
  const { database, dossier } = planned.read
  const boot = chooseBootEnvironment(options.root, { boot: dossier.boot, database, env: options.env })
  const trial = openTrial(planned, { options, world, boot, time })
  assertTablesFit(dossier.tables, database)
  assertCanWrite(options.root, { file: scaffold.file, suite: scaffold.suite }, options)
  try {
    const author = await openAuthor(planned, {
      options,
      world,
      purse: shared.purse,
      makePrompt: () => promptFor(planned, { ...options, environment: world.environment }),
    })
    const attempts = await writeAndTry({
      planned,
      author: timed(author, time),
      tryOut: (draft) => shared.gate(() => trial.tryOut(draft)),
      signal: world.signal,
    })
    const { last } = attempts
    return buildReport({
      ...last,
      planned,
      attempts,
      account: author.account(),
      prompt: author.prompt,
      redacted: author.redacted(),
      timings: timings(),
      hints: trial.hints(),
      without: boot.without,
    })
  } finally {
    await trial.end()
  }
}

function timed(author: Author, time: Stopwatch['time']): Author {
  return {
    ...author,
    write: () => time('write', author.write),
    repair: (draft, problems) => time('write', () => author.repair(draft, problems)),
  }
}

/** @throws UserError when what is generated could not be run */
export function assertCanGenerate({ dossier, broken: [broken] }: ReadRoute): void {
  if (broken) throw describeBroken(broken)
  assertCanMakeApp(dossier)
}
