import { Chalk, type ChalkInstance } from 'chalk'
import type { GateFinding, GateReport, GateTest } from '../gate/types.ts'
import { ENGINE_NAMES } from './engine-names.ts'
import { groupBy, plain, wrap } from './layout.ts'
import type { TextOptions } from './text.ts'

type Drawing = TextOptions & { readonly paint: ChalkInstance }

/** What a gate saw, file by file, and whether it opens. */
export function renderGate(report: GateReport, options: TextOptions): string {
  const drawing = { ...options, paint: new Chalk({ level: options.color ? 1 : 0 }) }
  const files = groupBy([...report.tests, ...report.findings], ({ file }) => file)
  const blocks = [
    ...files.map(([file, items]) => renderFile(file, items, { ...drawing, gate: report.gate })),
    renderSum(report, drawing),
    renderFooter(report, drawing),
  ]
  return `${blocks
    .filter((block) => block.length > 0)
    .map((block) => block.join('\n'))
    .join('\n\n')}\n`
}

type Item = GateTest | GateFinding

function renderFile(file: string, items: readonly Item[], drawing: Drawing & Pick<GateReport, 'gate'>): string[] {
  const tests = items.flatMap((item) => ('verdict' in item ? [item] : []))
  const findings = items.flatMap((item) => ('kind' in item ? [item] : []))
  return [
    ...(file === '' ? [] : [drawing.paint.bold(file)]),
    ...tests.flatMap((test) => renderTest(test, drawing)),
    ...groupBy(findings, ({ kind, message, isAllowed }) => `${kind} ${message} ${isAllowed}`).flatMap(([, group]) =>
      renderFindings(group, drawing),
    ),
  ]
}

/** A reason is said where it helps: of a red before the implementation, and of what keeps a gate closed. */
function renderTest(test: GateTest, { paint, width, gate }: Drawing & Pick<GateReport, 'gate'>): string[] {
  const color = isWanted(test, gate) ? paint.green : test.isNew ? paint.red : paint.dim
  const head = `  ${test.verdict.padEnd(6)}  `
  const [first = '', ...rest] = wrap(
    `${' '.repeat(head.length)}${plain(test.name)}`,
    width,
    ' '.repeat(head.length + 2),
  )
  const lines = [color(head) + first.trimStart(), ...rest]
  if (gate === 'green' && test.verdict === 'green') return lines
  const said = [test.class, describe(test)].filter((part) => part !== null && part !== '').join(': ')
  const indent = ' '.repeat(head.length + 2)
  const note = test.isNew || gate === 'green' ? '' : ' (not new)'
  const noticed = describeMutants(test)
  return [
    ...lines,
    ...wrap(`${indent}${plain(said)}${note}`, width, `${indent}  `),
    ...(noticed === null ? [] : wrap(`${indent}${plain(noticed)}`, width, `${indent}  `)),
  ]
}

/** What else a test is red with that only a missing route turned red; findings say where that is nothing. */
function describeMutants({ before, mutants }: GateTest): string | null {
  if (before === null || mutants?.status !== 'killed') return null
  const { killed, reached, first } = mutants
  const count = killed === reached ? `${killed}` : `at least ${killed} of ${reached}`
  const bugs = reached === 1 ? 'the one bug' : `${count} bugs`
  return `red, too, with ${bugs} put into the code that it runs; the first: ${first}`
}

function isWanted({ verdict }: GateTest, gate: GateReport['gate']): boolean {
  return verdict === gate
}

function describe({ reason, contrast }: GateTest): string {
  const at = contrast?.at ? ` (${contrast.at.file}:${contrast.at.line})` : ''
  return `${reason}${at}`
}

/** Findings that close no gate. */
const TO_KNOW: ReadonlySet<GateFinding['kind']> = new Set(['weak', 'unproven'])

function renderFindings(group: readonly GateFinding[], { paint, width }: Drawing): string[] {
  const [first] = group
  if (!first) return []
  const mark = first.isAllowed && !TO_KNOW.has(first.kind) ? 'allowed' : first.kind
  const head = `  ${first.isAllowed ? paint.yellow(mark) : paint.red(mark)}  `
  const [top = '', ...rest] = wrap(`${' '.repeat(mark.length + 4)}${plain(first.message)}`, width, '      ')
  return [
    head + top.trimStart(),
    ...rest,
    ...group.flatMap(({ test, diff }) => [
      ...(test === null ? [] : wrap(`      ${plain(test)}`, width, '        ')),
      ...(diff?.removed ?? []).flatMap((line) =>
        wrap(`        - ${plain(line)}`, width, '          ').map((one) => paint.red(one)),
      ),
      ...(diff?.added ?? []).flatMap((line) =>
        wrap(`        + ${plain(line)}`, width, '          ').map((one) => paint.green(one)),
      ),
    ]),
  ]
}

function renderSum({ gate, pass, tests, findings }: GateReport, { paint, width }: Drawing): string[] {
  const judged = gate === 'red' ? tests.filter(({ isNew }) => isNew) : tests
  const wrong = judged.filter(({ verdict }) => verdict !== gate).length
  const closed = findings.filter(({ isAllowed }) => !isAllowed).length
  const name = gate === 'red' ? 'Red gate' : 'Green gate'
  if (pass) return wrap(paint.green(`${name} open: ${describeOpen(gate, judged)}`), width + 10, '  ')
  const reasons = [
    ...(wrong > 0
      ? [`${wrong} of ${judged.length} ${judged.length === 1 ? 'test' : 'tests'} not ${WANTED[gate]}`]
      : []),
    ...(closed > 0 ? [`${closed} ${closed === 1 ? 'finding' : 'findings'}`] : []),
  ]
  return wrap(paint.red(`${name} closed: ${reasons.join(', ')}.`), width + 10, '  ')
}

const WANTED = { red: 'validly red', green: 'green' } satisfies Record<GateReport['gate'], string>

function describeOpen(gate: GateReport['gate'], judged: readonly GateTest[]): string {
  const count = judged.length
  if (count === 0) return 'there is no new test.'
  const subject = count === 1 ? 'the one test is' : `${count} of ${count} tests are`
  if (gate === 'green') return `${subject} unchanged since red, and green.`
  const there = judged.filter(({ before }) => before === 'ablation' || before === 'mutant').length
  const note = there === 0 ? '' : ` ${count === 1 ? 'It is' : `${there} of them are`} green as the app is.`
  return `${subject} red, each for a valid reason.${note}`
}

function renderFooter({ engine, vitest, wrote }: GateReport, { width }: Drawing): string[] {
  const lines = [
    ...(engine
      ? [`Database: ${ENGINE_NAMES[engine.kind]} ${engine.version}`, ...engine.limits.map((one) => `  - ${one}`)]
      : []),
    ...(vitest ? [`Vitest ${vitest}`] : []),
    ...(wrote.length > 0 ? [`Wrote ${wrote.join(', ')}`] : []),
  ]
  return lines.flatMap((line) => wrap(line, width, '    '))
}
