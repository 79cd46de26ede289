import path from 'node:path'
import type { BootEnvironment } from '../boot-environment.ts'
import { typeCheckInThread } from '../check/type-check-thread.ts'
import { typeFallbacks } from '../check/type-fallbacks.ts'
import type { Finding } from '../check/types.ts'
import { type Engine, startEngine } from '../harness/engine/engine.ts'
import { emptyLedger, ledgerPath, readLedger, renderLedger } from '../ledger.ts'
import type { GenOptions } from '../options.ts'
import type { World } from '../pipeline.ts'
import type { PlannedRoute } from '../plan-for.ts'
import type { Stopwatch } from '../progress.ts'
import { describeProject, describeVitestConfig } from '../project-setup.ts'
import { trySurvivors } from '../prove/try-survivors.ts'
import { hashText, writeFiles } from '../save.ts'
import { assembleFile } from '../write/assemble.ts'
import type { Scaffold } from '../write/types.ts'
import type { Tried } from './problems.ts'
import type { CheckedDraft, Outcome, Runs } from './report.ts'
import { type GenRunSetup, runTestsOf } from './runs.ts'

/** Where drafts of one route are run, one after the other, on one database engine. */
export interface Trial {
  readonly tryOut: (draft: CheckedDraft) => Promise<Tried>
  /** What the user should know of the project's set-up. */
  readonly hints: () => readonly string[]
  /** Ends the engine. */
  readonly end: () => Promise<void>
}

interface TrialSetup {
  readonly options: GenOptions
  readonly world: World
  readonly boot: BootEnvironment
  readonly time: Stopwatch['time']
}

type Project = ReturnType<typeof describeProject>

/** Nothing is started or written before the first draft with a test. @throws UserError */
export function openTrial(planned: PlannedRoute, setup: TrialSetup): Trial {
  const { options, time } = setup
  const { scaffold } = planned.vocabulary
  const describe = (): Project =>
    describeProject(options.root, planned.read.database, { plan: planned.plan, boot: setup.boot })
  // What can't be run at all is said before a model is paid.
  describe()
  let engine: Engine | null = null
  let hints: readonly string[] = []
  let putBack = (): void => {}
  const run = async (draft: CheckedDraft, text: string): Promise<Outcome> => {
    // Anew each time: other routes write into the same file.
    const project = describe()
    const config = await describeVitestConfig(options.root)
    hints = config.hint ? [config.hint] : hints
    engine ??= await time('database', () => start(project, setup))
    setup.world.signal.throwIfAborted()
    const evidence = { file: ledgerPath(scaffold.file), text: renderEvidence(options.root, scaffold, text) }
    const files = [
      { file: project.file, text: project.text },
      ...(config.file ? [config.file] : []),
      { file: scaffold.file, text },
      evidence,
    ]
    const before = putBack
    const undo = writeFiles(options.root, files)
    putBack = () => {
      undo()
      before()
    }
    const wrote = files.map((one) => one.file)
    return { ...(await observe(planned, { ...setup, engine, text, count: draft.kept.cases.length })), wrote }
  }
  return {
    tryOut: async (draft) => {
      const place = { path: path.join(options.root, scaffold.file), style: planned.read.style }
      const text = await time('assemble', () => assembleFile(scaffold, draft.kept, place))
      if (draft.kept.cases.length === 0) return { draft, text, outcome: null }
      const outcome = await run(draft, text).catch((error) => {
        // Interrupted, or the project can't be set up: then nothing was generated.
        putBack()
        throw error
      })
      return { draft, text, outcome }
    },
    hints: () => hints,
    end: async () => engine?.stop(),
  }
}

async function start({ facts }: Project, { options, world }: TrialSetup): Promise<Engine> {
  world.progress('starting a database')
  const environment = { ...facts.environment, ...options.env }
  const project = { root: options.root, facts: { ...facts, environment } }
  const { database, databaseUrl } = options
  return startEngine({ preference: database, databaseUrl, project, signal: world.signal })
}

interface RunSetup extends GenRunSetup {
  readonly text: string
  readonly time: Stopwatch['time']
}

async function observe(planned: PlannedRoute, setup: RunSetup): Promise<Omit<Outcome, 'wrote'>> {
  const { engine, options, world, time } = setup
  const { runs, typeFindings } = await runAndCheckTypes(planned, setup)
  const bugs = await time('bugs', () => trySurvivors(planned, { engine, options }, world))
  return { runs, typeFindings, bugs, engine: engine.facts }
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

async function checkTypes(
  { read, vocabulary }: PlannedRoute,
  { options, world, text }: RunSetup,
): Promise<readonly Finding[]> {
  const input = { root: options.root, tsconfig: read.tsconfig, file: vocabulary.scaffold.file, text }
  return typeCheckInThread({ ...input, fallbackPaths: typeFallbacks() }, world.signal)
}

/** What was red before stays on record. */
function renderEvidence(root: string, { file, suite }: Scaffold, text: string): string {
  const known = readLedger(root, file) ?? emptyLedger(file)
  return renderLedger({ ...known, route: suite, sha256: hashText(text) })
}
