import { Chalk, type ChalkInstance } from 'chalk'
import { isOfDomain } from '../prove/general-operators.ts'
import type { JudgedMutant, JudgedTest } from '../prove/judge.ts'
import type { ProveReport } from '../prove/prove-report.ts'
import { ENGINE_NAMES } from './engine-names.ts'
import { groupBy, plain, wrap } from './layout.ts'
import type { TextOptions } from './text.ts'

type Drawing = TextOptions & { readonly paint: ChalkInstance }

/** What a proof found, what nobody would notice first. */
export function renderProof(report: ProveReport, options: TextOptions): string {
  const drawing = { ...options, paint: new Chalk({ level: options.color ? 1 : 0 }) }
  const blocks = [
    renderHead(report, drawing),
    renderSurvivors(report, drawing),
    renderOthers(report, drawing),
    renderVacuous(report, drawing),
    renderTests(report, drawing),
    renderFooter(report, drawing),
  ]
  const shown = blocks.filter((block) => block.length > 0)
  return `${shown.map((block) => block.join('\n')).join('\n\n')}\n`
}

function renderHead({ route, counts, score, minScore, mutants }: ProveReport, { paint, width }: Drawing): string[] {
  const { killed, survived } = counts
  const missed = counts['no-coverage']
  const apart = [
    [counts.timeout, 'did not end'],
    [counts.broken, 'only broke tests'],
    [counts.invalid, 'did not load'],
    [counts.equivalent, 'nobody could notice'],
  ] as const
  const rest = apart.flatMap(([count, what]) => (count === 0 ? [] : [`${count} ${what}`]))
  const limit = minScore === null ? '' : `, at least ${minScore} wanted`
  return [
    `${paint.bold(`${route.method} ${route.path}`)}  ${route.file}:${route.line}`,
    '',
    ...wrap(
      `${mutants.length} ${mutants.length === 1 ? 'bug was' : 'bugs were'} put into the code: ${killed} caught, ${survived} not noticed, ${missed} where no test comes by${score === null ? '' : ` (${score} % caught${limit})`}.`,
      width,
    ),
    ...(rest.length > 0 ? wrap(`Not counted: ${rest.join(', ')}.`, width) : []),
  ]
}

function renderSurvivors(report: ProveReport, { paint, width }: Drawing): string[] {
  const { mutants, tests, unreachedFiles } = report
  if (!tests.some(({ now }) => now === 'green'))
    return [paint.yellow('No test is green, so nothing is known of any bug.')]
  const survived = mutants.filter(({ status }) => status === 'survived')
  const ordered = [...survived.filter(isOfDomain), ...survived.filter((mutant) => !isOfDomain(mutant))]
  const blocks = [
    [paint.yellow('Nothing would notice if'), ...ordered.flatMap((mutant) => wrap(`  ${say(mutant)}`, width, '    '))],
    [paint.yellow('No test comes by, so nothing would notice bugs in'), ...listMissed(report, width)],
    unreachedFiles.flatMap((file) =>
      wrap(`No test runs anything of ${file}: it needs a test, or Vitest does not load it.`, width, '  '),
    ),
  ]
  return blocks
    .filter((block, index) => block.length > (index === 2 ? 0 : 1))
    .flatMap((block, index) => (index === 0 ? block : ['', ...block]))
}

/** By file, as lines: there may be hundreds. */
function listMissed({ mutants }: ProveReport, width: number): string[] {
  const missed = mutants.filter(({ status }) => status === 'no-coverage')
  return groupBy(missed, ({ file }) => file).flatMap(([file, found]) => {
    const lines = [...new Set(found.map(({ line }) => line))].toSorted((a, b) => a - b)
    return wrap(`  ${file}: ${lines.length === 1 ? 'line' : 'lines'} ${lines.join(', ')}`, width, '    ')
  })
}

function say({ file, line, change }: JudgedMutant): string {
  return `${file}:${line} ${plain(change)}`
}

const OTHERS = {
  timeout: 'Did not come to an end, so nobody can say who would notice that',
  broken: 'Tests failed, but not for what they assert, when',
  invalid: 'Did not load when',
  equivalent: 'Nobody could notice that',
} as const

function renderOthers({ mutants }: ProveReport, { width }: Drawing): string[] {
  return Object.entries(OTHERS).flatMap(([status, head]) => {
    const found = mutants.filter((mutant) => mutant.status === status)
    if (found.length === 0) return []
    const lines = found.flatMap((mutant) => wrap(`  ${say(mutant)}: ${plain(mutant.note ?? '')}`, width, '    '))
    return [head, ...lines]
  })
}

function renderVacuous({ tests }: ProveReport, { paint, width }: Drawing): string[] {
  const list = (head: string, found: readonly (readonly [JudgedTest, string])[]): string[] =>
    found.length === 0
      ? []
      : [
          paint.yellow(head),
          ...found.flatMap(([test, why]) => wrap(`  ${nameTest(test)}: ${plain(why)}`, width, '    ')),
        ]
  const vacuous = tests.flatMap((test) => (test.vacuous === null ? [] : [[test, test.vacuous] as const]))
  const left = tests.flatMap((test) =>
    test.now === 'green' ? [] : [[test, `${test.now}: ${test.reason ?? ''}`] as const],
  )
  return [
    ...list('Vacuous, since nothing of the route turns them red:', vacuous),
    ...list('Not green as the code is, so they were asked about no bug:', left),
  ]
}

/** A generated test is known by its path. */
function nameTest({ name }: JudgedTest): string {
  return /(?:^| > )\[([^\]]+)\]/.exec(name)?.[1] ?? plain(name)
}

function renderTests({ tests, mutants }: ProveReport, { paint, width }: Drawing): string[] {
  const proven = tests.filter(({ kills }) => kills.length > 0)
  if (proven.length === 0) return []
  const byId = new Map(mutants.map((mutant) => [mutant.id, mutant]))
  const lines = proven.flatMap((test) => {
    const kinds = groupBy(test.kills, (id) => byId.get(id)?.operator ?? '')
    const list = kinds.map(([operator, ids]) => (ids.length === 1 ? operator : `${operator} ${ids.length}`)).join(', ')
    return [`  ${paint.green(nameTest(test))}  ${test.kills.length}`, ...wrap(`      ${list}`, width, '      ')]
  })
  return ['Caught, by the first test that did:', ...lines]
}

function renderFooter({ engine, timings, route, wrote }: ProveReport, { width }: Drawing): string[] {
  const seconds = ((timings.run ?? 0) / 1000).toFixed(0)
  const database = `${ENGINE_NAMES[engine.kind]} ${engine.version}${engine.place ? ` ${engine.place}` : ''}`
  const name = `${route.method} ${route.path}`
  const lines = [
    `Ran in ${seconds} s on ${database}. \`itest prove ${name} --json\` names the killer of each bug.`,
    ...(wrote.length === 0 ? [] : [`Wrote ${wrote.join(', ')}; \`itest gen ${name}\` takes them for paths to test.`]),
  ]
  return lines.flatMap((line) => wrap(line, width, '  '))
}
