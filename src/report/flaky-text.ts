import { Chalk, type ChalkInstance } from 'chalk'
import type { Condition, Counts, FailureGroup, FlakyReport, FlakyTest, RedTest } from '../flaky/types.ts'
import { ENGINE_NAMES } from './engine-names.ts'
import { plain, wrap } from './layout.ts'
import type { TextOptions } from './text.ts'

type Drawing = TextOptions & { readonly paint: ChalkInstance }

/** Which tests fail now and then, how often, why, and what to try first. */
export function renderFlaky(report: FlakyReport, options: TextOptions): string {
  const drawing = { ...options, paint: new Chalk({ level: options.color ? 1 : 0 }) }
  const blocks = [
    ...report.flaky.map((test) => renderTest(test, drawing)),
    ...(report.red.length > 0 ? [renderRed(report.red, drawing)] : []),
    renderSum(report, drawing),
    renderFooter(report, drawing),
  ]
  return `${blocks.map((block) => block.join('\n')).join('\n\n')}\n`
}

function renderTest(test: FlakyTest, drawing: Drawing): string[] {
  const { paint, width } = drawing
  const place = `${test.file}${test.line === null ? '' : `:${test.line}`}`
  const { cause } = test
  return [
    paint.bold(place),
    ...wrap(`  ${plain(test.name ?? '(the whole file)')}`, width, '    '),
    ...wrap(`  ${paint.red(`failed ${tell(test.counts)} runs`)}: ${tellConditions(test)}`, width, '    '),
    ...test.failures.slice(0, MESSAGES).flatMap((failure) => renderFailure(failure, drawing)),
    ...countMore(test.failures.length - MESSAGES),
    ...wrap(`  ${paint.yellow(`cause: ${cause.kind}`)}: ${plain(cause.summary)}`, width, '    '),
    ...cause.culprits.flatMap(({ file, name, line }) =>
      wrap(`    ${file}${line === null ? '' : `:${line}`}${name === null ? '' : ` ${plain(name)}`}`, width, '      '),
    ),
    ...cause.evidence.flatMap((one) => wrap(`    - ${plain(one)}`, width, '      ')),
    ...wrap(`  ${paint.green('try first')}: ${plain(cause.fix)}`, width, '    '),
    ...(test.replay === null ? [] : [`  replay: ${test.replay}`]),
  ]
}

const MESSAGES = 3

function renderFailure({ times, message, at }: FailureGroup, { width }: Drawing): string[] {
  const where = at ? ` (${at.file}:${at.line})` : ''
  return wrap(`    ${times} x ${plain(message)}${where}`, width, '      ')
}

function countMore(count: number): string[] {
  return count > 0 ? [`    ${count} more ${count === 1 ? 'message' : 'messages'}`] : []
}

const CONDITIONS = {
  written: 'as written',
  shuffled: 'shuffled',
  loaded: 'with the CPU loaded',
  shared: 'with files sharing database and ports',
} satisfies Record<Condition, string>

function tellConditions({ under }: FlakyTest): string {
  const all = [
    [CONDITIONS.written, under.written],
    [CONDITIONS.shuffled, under.shuffled],
    [CONDITIONS.loaded, under.loaded],
    [CONDITIONS.shared, under.shared],
  ] as const
  return all.flatMap(([name, counts]) => (counts.runs > 0 ? [`${tell(counts)} ${name}`] : [])).join(', ')
}

function tell({ runs, failed }: Counts): string {
  return `${failed} of ${runs}`
}

function renderRed(red: readonly RedTest[], drawing: Drawing): string[] {
  const { paint, width } = drawing
  return [
    paint.bold('Not flaky: these failed in every run'),
    ...red.flatMap(({ file, name, failures }) => [
      ...wrap(`  ${file}: ${plain(name ?? '(the whole file)')}`, width, '    '),
      ...failures.slice(0, 1).flatMap((failure) => renderFailure(failure, drawing)),
      ...countMore(failures.length - 1),
    ]),
  ]
}

function renderSum(
  { flaky, red, tests, files, ran, runs, experiments, exitCode }: FlakyReport,
  drawing: Drawing,
): string[] {
  const { paint, width } = drawing
  const done = ran.written + ran.shuffled + ran.loaded + ran.shared
  const subject = `${tests} ${tests === 1 ? 'test' : 'tests'} in ${files} ${files === 1 ? 'file' : 'files'}`
  const sum =
    flaky.length === 0
      ? `None of ${subject} is flaky`
      : `${flaky.length} of ${subject} ${flaky.length === 1 ? 'is' : 'are'} flaky`
  const kinds = [
    `${ran.written} as written`,
    `${ran.shuffled} shuffled`,
    `${ran.loaded} with the CPU loaded`,
    ...(ran.shared > 0 ? [`${ran.shared} with files sharing database and ports`] : []),
  ]
  const more = experiments > 0 ? `; ${experiments} more to find causes` : ''
  const text = `${sum}${red.length > 0 ? `, ${red.length} always ${red.length === 1 ? 'fails' : 'fail'}` : ''}.`
  return [
    ...wrap(flaky.length > 0 ? paint.red(text) : paint.green(text), width + 10, '  '),
    ...wrap(
      `${exitCode === 130 ? `Interrupted after ${done} of ${runs} runs` : `${done} runs`}: ${kinds.join(', ')}${more}.`,
      width,
      '  ',
    ),
  ]
}

function renderFooter({ engine, vitest, notes, seed }: FlakyReport, { width }: Drawing): string[] {
  return [
    ...(engine ? [`Database: ${ENGINE_NAMES[engine.kind]} ${engine.version}`] : []),
    ...(vitest ? [`Vitest ${vitest}`] : []),
    `Orders drawn with --seed ${seed}`,
    ...notes.map((note) => `Note: ${note}`),
  ].flatMap((line) => wrap(line, width, '  '))
}
