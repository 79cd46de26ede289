import { Command, type OutputConfiguration } from 'commander'
import type { Asked, GateReport } from '../gate/types.ts'
import type { AllOptions } from '../gen/all.ts'
import { parseMany } from '../many-options.ts'
import {
  type GateOptions,
  type GenOptions,
  parseAsked,
  parseOptions,
  parseProofOptions,
  parseRoute,
  type RouteArgument,
  readFlakyOptions,
  readGateOptions,
  readGenOptions,
  readOptions,
} from '../options.ts'
import { packageVersion } from '../package-paths.ts'
import type { World } from '../pipeline.ts'
import type { Probed } from '../probe/probe-project.ts'
import type { Codebase } from '../scan/types.ts'
import {
  addCommand,
  addPlainCommand,
  databaseOption,
  databaseUrlOption,
  promptBudgetOption,
  stripCommentsOption,
} from './add-command.ts'
import { terminal } from './terminal.ts'

interface Wiring {
  readonly world: World
  readonly finish: (output: string, exitCode: number) => void
  /** Where help and what is wrong with options go. */
  readonly output: OutputConfiguration
}

// In the order in which --help lists them.
const COMMANDS = [addGen, addPlan, addPrompt, addRoutes, addRed, addGreen, addProve, addFlaky, addDoctor, addInit]

// Actions import what they run: the compiler takes a second to load, and --help or a mistyped route need none of it.
export function createProgram(wiring: Wiring): Command {
  const program = new Command('itest')
    .description('Writes integration tests for Express + Drizzle routes and proves that each one can fail.')
    .version(packageVersion())
    .exitOverride()
    .configureOutput(wiring.output)
    .showHelpAfterError('`itest --help` lists the commands, `itest gen --help` the options of one.')
  for (const add of COMMANDS) add(program, wiring)
  return program
}

function addGen(program: Command, { world, finish }: Wiring): void {
  addCommand(program, 'gen', 'write the tests of a route, run them, and report which are red and why')
    .argument('[route...]', "method and path, e.g. POST /orders; or files, e.g. 'src/routes/**'")
    .option('--all', 'every route of the project')
    .option('--concurrency <n>', 'with several routes: how many are at work at once; default: by the cores')
    .option('--batch', 'with several routes: ask the models in one batch, which may take hours and costs half')
    .option('--batch-id <id>', 'go on with a batch that was sent from this machine earlier')
    .option('--resume', 'with several routes: go on where the last run was interrupted')
    .option('--out <dir>', 'folder of the generated tests; default: tests/integration')
    .option(
      '--model <name>',
      'who writes: none (built in, offline), anthropic, a Claude model, openai:NAME, claude or claude:NAME (the command line); default: anthropic with ANTHROPIC_API_KEY, else none',
    )
    .option('--effort <level>', 'how much the model thinks: low, medium, high or max; default: as it does by itself')
    .option('--max-tokens <n>', 'limit of one reply of the model; default: 16000 for anthropic, else its own')
    .addOption(promptBudgetOption())
    .option('--draft <file>', "an assistant's answer to `itest prompt` instead of a model; - for standard input")
    .addOption(databaseOption())
    .addOption(databaseUrlOption())
    .option('--runs <n>', 'how often each test runs, in different orders; default: 3, and 10 in CI')
    .option(
      '--model-timeout <seconds>',
      'how long the model may stay silent; default: 60 for anthropic, 240 for openai, 900 in all for claude',
    )
    .option('--attempts <n>', 'replies to ask a model for, the first and those that repair; default: 3')
    .option('--max-cost <usd>', 'US dollars that the model may cost')
    .option('--fresh', 'ask the model again, though its reply to the same request is known')
    .option('--force', 'overwrite a test file that a person has edited')
    .addOption(stripCommentsOption())
    .option('--print-prompt', 'print what would be sent to a model, send nothing, and write no file')
    .action(async (words: string[], raw: Record<string, unknown>) => {
      const options = await readGenOptions(raw, process.cwd())
      const many = parseMany(words, raw)
      if (many) return finishAll({ ...options, ...many }, { world, finish })
      const route = parseRoute(words)
      if (raw.printPrompt === true) return finish(await printPromptOf(route, options, world), 0)
      const { generate } = await import('../pipeline.ts')
      const report = await generate(route, options, world)
      const { renderText } = await import('../report/text.ts')
      finish(options.json ? toJson(report) : renderText(report, terminal()), report.exitCode)
    })
}

async function finishAll(options: AllOptions, { world, finish }: Pick<Wiring, 'world' | 'finish'>): Promise<void> {
  const { generateAll } = await import('../gen/all.ts')
  const report = await generateAll(options, world)
  const { renderAll } = await import('../report/all-text.ts')
  finish(options.json ? toJson(report) : renderAll(report, terminal()), report.exitCode)
}

function addPlan(program: Command, { finish }: Wiring): void {
  addCommand(program, 'plan', 'print the paths of a route that must be tested, and what each expects')
    .argument('<route...>', 'method and path, e.g. POST /orders')
    .action(async (words: string[], raw: Record<string, unknown>) => {
      const options = await readOptions(raw, process.cwd())
      const route = parseRoute(words)
      const { planFor } = await import('../plan-for.ts')
      const { plan, read, notes } = await planFor(route, { ...options, whole: false })
      const { renderPlan } = await import('../report/plan-text.ts')
      const { dossier } = read
      finish(
        options.json
          ? toJson({ schema: 'itest.plan/1', plan, dossier, notes })
          : renderPlan({ plan, dossier, notes }, terminal()),
        0,
      )
    })
}

function addPrompt(program: Command, { world, finish, output }: Wiring): void {
  addCommand(program, 'prompt', 'print the prompt for a route, to paste into any assistant')
    .argument('<route...>', 'method and path, e.g. POST /orders')
    .addOption(promptBudgetOption())
    .addOption(stripCommentsOption())
    .action(async (words: string[], raw: Record<string, unknown>) => {
      const options = await readOptions(raw, process.cwd())
      const route = parseRoute(words)
      const { planFor } = await import('../plan-for.ts')
      const { promptFor } = await import('../pipeline.ts')
      const { renderPromptNotes } = await import('../report/prompt-text.ts')
      const planned = await planFor(route, { ...options, whole: false })
      const prompt = await promptFor(planned, { ...options, environment: world.environment })
      const { system, user, size } = prompt
      const report = { schema: 'itest.prompt/1', system, user, ...size, redacted: prompt.redactor.counts() }
      finish(options.json ? toJson(report) : `${system}\n\n${user}\n`, 0)
      // Beside what is printed, which is there to be pasted.
      if (!options.json) output.writeErr?.(renderPromptNotes(route, size, terminal()))
    })
}

function addRoutes(program: Command, { world, finish }: Wiring): void {
  addCommand(program, 'routes', 'list the routes of the project')
    .option('--probe', 'start the app in a process without network too, and say where its routes differ from the code')
    .action(async (raw: Record<string, unknown>) => {
      const options = await readOptions(raw, process.cwd())
      const { readCodebase } = await import('../scan/read-project.ts')
      const { renderRoutes, routesReport } = await import('../report/routes-text.ts')
      const codebase = await readCodebase(options.root, options)
      const probed = options.probe ? await probe(codebase, options, world) : null
      finish(options.json ? toJson(routesReport(codebase, probed)) : renderRoutes(codebase, probed, terminal()), 0)
    })
}

function addRed(program: Command, wiring: Wiring): void {
  const description = 'gate: pass only if every new or changed test is red for a valid reason; keep the evidence'
  addGate(program, wiring, { name: 'red', description, load: async () => (await import('../gate/red.ts')).red }).option(
    '--since <ref>',
    'a commit: only what has changed since is new',
  )
}

function addGreen(program: Command, wiring: Wiring): void {
  const description = 'gate: pass only if every test that was red is unchanged since, and green'
  addGate(program, wiring, { name: 'green', description, load: async () => (await import('../gate/green.ts')).green })
    .option('--since <ref>', 'a commit: only what has changed since is looked at')
    .option(
      '--allow-change <reason>',
      'accept tests that have changed since they were red; the ledger keeps the reason',
    )
}

function addProve(program: Command, { world, finish }: Wiring): void {
  addCommand(program, 'prove', 'say which bug in a route is caught by which of its tests, and which by none')
    .argument('[route...]', 'method and path; default: the only route with generated tests')
    .option('--tests <file...>', 'test files; default: those that gen wrote for the route')
    .option('--min-score <percent>', 'exit with 1 when fewer of the mutants are killed')
    .option('--strengthen', 'write down the bugs that no test noticed; the next gen takes each for a path to test')
    .addOption(databaseOption())
    .addOption(databaseUrlOption())
    .action(async (words: string[], raw: Record<string, unknown>) => {
      const options = { ...(await readOptions(raw, process.cwd())), ...parseProofOptions(raw) }
      const { findOnlyRoute } = await import('../prove/find-tests.ts')
      const route = parseRoute(words.length > 0 ? words : [findOnlyRoute(options.root)])
      // First of all: it loads Vitest while this process loads the compiler.
      const { standBy } = await import('../run/standby.ts')
      const standby = standBy(options.root)
      try {
        const { prove } = await import('../prove/prove.ts')
        const { renderProof } = await import('../report/prove-text.ts')
        const report = await prove(route, { ...options, standby }, world)
        finish(options.json ? toJson(report) : renderProof(report, terminal()), report.exitCode)
      } finally {
        standby.end()
      }
    })
}

function addFlaky(program: Command, { world, finish }: Wiring): void {
  addCommand(program, 'flaky', 'run tests again and again, and say which fail now and then, how often, and why')
    .argument('[route or files...]', 'a route ("POST /orders") or test files; default: all')
    .option('--runs <n>', 'how often all of them run; finding causes takes more', '100')
    .option('--seed <n>', 'shuffle as an earlier run did, whose report says this number')
    .addOption(databaseOption())
    .addOption(databaseUrlOption())
    .action(async (words: string[], raw: Record<string, unknown>) => {
      const options = await readFlakyOptions(raw, process.cwd())
      const { findFlaky } = await import('../flaky/flaky.ts')
      const { renderFlaky } = await import('../report/flaky-text.ts')
      const report = await findFlaky(parseAsked(words), options, world)
      finish(options.json ? toJson(report) : renderFlaky(report, terminal()), report.exitCode)
    })
}

function addDoctor(program: Command, { world, finish }: Wiring): void {
  addCommand(
    program,
    'doctor',
    'say what was found on this machine and in this project, and what to do about what is missing',
  )
    .option('--model <name>', 'the writer that would be used, as for gen')
    .option('--effort <level>', 'as for gen')
    .option('--max-tokens <n>', 'as for gen')
    .addOption(databaseOption())
    .addOption(databaseUrlOption())
    .action(async (raw: Record<string, unknown>) => {
      const options = await readOptions(raw, process.cwd())
      const { examine } = await import('../doctor/doctor.ts')
      const { renderDoctor } = await import('../report/doctor-text.ts')
      const report = await examine(options, world)
      finish(options.json ? toJson(report) : renderDoctor(report, terminal()), report.exitCode)
    })
}

function addInit(program: Command, { finish }: Wiring): void {
  const description = 'write a config to start from, with every key explained, unless there is one'
  addPlainCommand(program, 'init', description).action(async (raw: Record<string, unknown>) => {
    const { json, root } = parseOptions(raw, process.cwd())
    const { initConfig } = await import('../config/init-config.ts')
    const { renderInit } = await import('../report/init-text.ts')
    const report = await initConfig(root)
    finish(json ? toJson(report) : renderInit(report, terminal()), 0)
  })
}

interface Gate {
  readonly name: string
  readonly description: string
  readonly load: () => Promise<(asked: Asked, options: GateOptions, world: World) => Promise<GateReport>>
}

function addGate(program: Command, { world, finish }: Wiring, { name, description, load }: Gate): Command {
  return addCommand(program, name, description)
    .argument('[route or files...]', 'a route ("POST /orders") or test files; default: all that are new')
    .option('--runs <n>', 'how often each test runs at least', '3')
    .addOption(databaseOption())
    .addOption(databaseUrlOption())
    .action(async (words: string[], raw: Record<string, unknown>) => {
      const options = await readGateOptions(raw, process.cwd())
      const run = await load()
      const report = await run(parseAsked(words), options, world)
      const { renderGate } = await import('../report/gate-text.ts')
      finish(options.json ? toJson(report) : renderGate(report, terminal()), report.exitCode)
    })
}

async function printPromptOf(route: RouteArgument, options: GenOptions, world: World): Promise<string> {
  const { printPrompt } = await import('../print-prompt.ts')
  const { renderPrintedPrompt } = await import('../report/print-prompt-text.ts')
  const report = await printPrompt(route, options, world)
  return options.json ? toJson(report) : renderPrintedPrompt(report)
}

async function probe(codebase: Codebase, { root, env }: GenOptions, world: World): Promise<Probed> {
  const { probeProject } = await import('../probe/probe-project.ts')
  world.progress('starting the app without network')
  return probeProject(codebase, { root, env, parent: process.env, signal: world.signal })
}

function toJson(value: object): string {
  return `${JSON.stringify(value, null, 2)}\n`
}
