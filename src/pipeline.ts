import { randomBytes } from 'node:crypto'
import path from 'node:path'
import { chooseBootEnvironment } from './boot-environment.ts'
import { checkCases } from './check/check.ts'
import { typeCheckInThread } from './check/type-check-thread.ts'
import { typeFallbacks } from './check/type-fallbacks.ts'
import type { Finding } from './check/types.ts'
import { buildReport, type CheckedDraft, type Runs } from './gen-report.ts'
import { type GenRunSetup, runTestsOf } from './gen-runs.ts'
import { startEngine } from './harness/engine/engine.ts'
import { emptyLedger, ledgerPath, readLedger, renderLedger } from './ledger.ts'
import type { GenOptions, RouteArgument } from './options.ts'
import { type PlannedRoute, planFor } from './plan-for.ts'
import { createStopwatch, type Progress, type Stopwatch } from './progress.ts'
import { assertTablesFit, describeProject, describeVitestConfig } from './project-setup.ts'
import { loadPromptTemplates, type Prompt, renderPrompt } from './prompt.ts'
import { trySurvivors } from './prove/try-survivors.ts'
import type { GenReport } from './report/types.ts'
import { assertCanWrite, hashText, writeFiles } from './save.ts'
import { describeBroken } from './scan/mistakes.ts'
import type { ReadRoute } from './scan/read-project.ts'
import { assembleFile } from './write/assemble.ts'
import { assertCanMakeApp } from './write/assert-can-make-app.ts'
import { writeBuiltIn } from './write/built-in.ts'
import { chooseWriter } from './write/choose-writer.ts'
import { writeWithModel } from './write/model.ts'
import type { Draft, Scaffold } from './write/types.ts'

export interface World {
  readonly environment: Readonly<Record<string, string | undefined>>
  readonly signal: AbortSignal
  readonly progress: Progress
  /** Milliseconds, for the timings of the report. */
  readonly now: () => number
}

/** plan -> prompt: portable to any assistant. */
export async function promptFor({ plan, read, vocabulary, config }: PlannedRoute): Promise<Prompt> {
  const nonce = randomBytes(8).toString('hex')
  return renderPrompt({
    plan,
    dossier: read.dossier,
    scaffold: vocabulary.scaffold,
    config,
    nonce,
    templates: await loadPromptTemplates(),
  })
}

/** scan -> plan -> prompt -> write -> check -> run -> classify -> prove -> report, for one route. */
export async function generate(wanted: RouteArgument, options: GenOptions, world: World): Promise<GenReport> {
  const { time, timings } = createStopwatch(world.now)
  world.progress('reading the code')
  const planned = await time('scan and plan', () => planFor(wanted, { ...options, whole: true }))
  assertCanGenerate(planned.read)
  const { scaffold } = planned.vocabulary
  const { database, dossier } = planned.read
  const boot = chooseBootEnvironment(options.root, { boot: dossier.boot, database, env: options.env })
  const harness = describeProject(options.root, database, { plan: planned.plan, boot })
  assertTablesFit(dossier.tables, database)
  assertCanWrite(options.root, { file: scaffold.file, suite: scaffold.suite }, options)
  const draft = await time('write', () => writeDraft(planned, options, world))
  world.signal.throwIfAborted()
  const text = await time('assemble', () =>
    assembleFile(scaffold, draft.kept, { path: path.join(options.root, scaffold.file), style: planned.read.style }),
  )
  if (draft.kept.cases.length === 0)
    return buildReport({ planned, draft, text, timings: timings(), outcome: null, hints: [], without: [] })
  const config = await describeVitestConfig(options.root)
  const evidence = { file: ledgerPath(scaffold.file), text: renderEvidence(options.root, scaffold, text) }
  const files = [
    { file: harness.file, text: harness.text },
    ...(config.file ? [config.file] : []),
    { file: scaffold.file, text },
    evidence,
  ]
  world.progress('starting a database')
  const environment = { ...harness.facts.environment, ...options.env }
  const project = { root: options.root, facts: { ...harness.facts, environment } }
  const engine = await time('database', () =>
    startEngine({ preference: options.database, databaseUrl: options.databaseUrl, project, signal: world.signal }),
  )
  try {
    world.signal.throwIfAborted()
    const putBack = writeFiles(options.root, files)
    const setup = { engine, options, world, text, count: draft.kept.cases.length, time }
    const { runs, typeFindings } = await runAndCheckTypes(planned, setup).catch((error) => {
      // Interrupted, or the project can't be set up: then nothing was generated.
      putBack()
      throw error
    })
    const bugs = await time('bugs', () => trySurvivors(planned, { engine, options }, world))
    const outcome = { runs, typeFindings, bugs, engine: engine.facts, wrote: files.map((one) => one.file) }
    const hints = config.hint ? [config.hint] : []
    return buildReport({ planned, draft, text, timings: timings(), outcome, hints, without: boot.without })
  } finally {
    await engine.stop()
  }
}

/** @throws UserError when what is generated could not be run */
function assertCanGenerate({ dossier, broken: [broken] }: ReadRoute): void {
  if (broken) throw describeBroken(broken)
  assertCanMakeApp(dossier)
}

async function writeDraft(planned: PlannedRoute, options: GenOptions, world: World): Promise<CheckedDraft> {
  const { plan, vocabulary } = planned
  const writer = chooseWriter(options, world.environment)
  if (writer.name === 'none') return checkDraft(planned, writeBuiltIn(plan, vocabulary))
  world.progress(`waiting for ${writer.name}`)
  const draft = await writeWithModel({
    model: writer.model,
    writer: writer.name,
    plan,
    prompt: await promptFor(planned),
    signal: world.signal,
  })
  return checkDraft(planned, draft)
}

/** What a check refuses is not run: a case is data until it has passed. */
function checkDraft({ plan, vocabulary, config }: PlannedRoute, draft: Draft): CheckedDraft {
  const { variables } = config
  const found = checkCases({ cases: draft.cases, plan, names: vocabulary.scaffold.names, variables })
  const explained = new Set(draft.left.map((left) => left.pathId))
  const findings = found.filter(
    (finding) => !(finding.pathId !== null && explained.has(finding.pathId) && finding.kind === 'one-test-per-path'),
  )
  const refused = new Set(findings.map((finding) => finding.pathId))
  const dropped = draft.cases.filter((one) => refused.has(one.pathId))
  const left = [
    ...draft.left,
    ...dropped.map((one) => ({ pathId: one.pathId, reason: 'what the writer wrote was refused by a check' })),
  ]
  return { draft, findings, kept: { ...draft, cases: draft.cases.filter((one) => !refused.has(one.pathId)), left } }
}

async function checkTypes(
  { read, vocabulary }: PlannedRoute,
  { options, world, text }: RunSetup,
): Promise<readonly Finding[]> {
  const input = { root: options.root, tsconfig: read.tsconfig, file: vocabulary.scaffold.file, text }
  return typeCheckInThread({ ...input, fallbackPaths: typeFallbacks() }, world.signal)
}

interface RunSetup extends GenRunSetup {
  readonly text: string
  readonly time: Stopwatch['time']
}

/** The type-check needs a core for as long as the runs take, so they go side by side. */
async function runAndCheckTypes(
  planned: PlannedRoute,
  setup: RunSetup,
): Promise<{ runs: Runs; typeFindings: readonly Finding[] }> {
  const running = setup.time('run', () => runTestsOf(planned, setup))
  // Should the type-check throw, the runs are stopped by the engine going away; their failure is then no news.
  running.catch(() => undefined)
  const typeFindings = await setup.time('type-check', () => checkTypes(planned, setup))
  return { runs: await running, typeFindings }
}

/** What was red before stays on record. */
function renderEvidence(root: string, { file, suite }: Scaffold, text: string): string {
  const known = readLedger(root, file) ?? emptyLedger(file)
  return renderLedger({ ...known, route: suite, sha256: hashText(text) })
}
