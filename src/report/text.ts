import { Chalk, type ChalkInstance } from 'chalk'
import type { ModelUsage } from '../write/types.ts'
import { ENGINE_NAMES } from './engine-names.ts'
import { groupBy, plain, wrap } from './layout.ts'
import type { GenReport, ReportedPath } from './types.ts'

export interface TextOptions {
  readonly color: boolean
  /** Columns of the terminal. */
  readonly width: number
}

/** The report as a person reads it. */
export function renderText(report: GenReport, options: TextOptions): string {
  const paint = new Chalk({ level: options.color ? 1 : 0 })
  const blocks = [
    renderHead(report, { ...options, paint }),
    renderTable(report, { ...options, paint }),
    renderSummary(report, { ...options, paint }),
    renderUntested(report, options),
    renderBugs(report, options),
    renderQuestions(report, options),
    renderFindings(report, options),
    renderFooter(report, options),
  ]
  return `${blocks
    .filter((block) => block.length > 0)
    .map((block) => block.join('\n'))
    .join('\n\n')}\n`
}

function renderHead(report: GenReport, { paint, width }: Drawing): string[] {
  const { route } = report
  const count = tested(report).length
  const title = `${route.method} ${route.path}`
  const rest = [`${route.file}:${route.line}`, `${count} ${count === 1 ? 'path' : 'paths'}`]
  const line = [title, ...rest, ...(report.file ? [report.file] : [])].join('  ')
  if (line.length <= width) return [line.replace(title, paint.bold(title))]
  return [[paint.bold(title), ...rest].join('  '), ...(report.file ? [`  ${report.file}`] : [])]
}

/** Paths that have a test. */
function tested(report: GenReport): readonly ReportedPath[] {
  return report.paths.filter((path) => path.now !== 'open' && path.now !== 'skipped')
}

type Drawing = TextOptions & { readonly paint: ChalkInstance }

function renderTable(report: GenReport, { paint, width }: Drawing): string[] {
  const rows = tested(report)
  if (rows.length === 0) return []
  const idWidth = Math.max(4, ...rows.map((path) => path.id.length))
  const lead = 2 + idWidth + 2 + 8 + 8
  const shared = new Set(sharedReasons(rows).map(([reason]) => reason))
  return [
    paint.dim(`  ${'path'.padEnd(idWidth)}  ${'before'.padEnd(8)}now`),
    ...rows.flatMap((path) => {
      const now = ['red', 'broken', 'flaky'].includes(path.now) ? path.now.toUpperCase() : path.now
      const said = path.reason ?? (path.before === 'green' ? 'proves nothing: green without the route' : '')
      const reason = path.now === 'broken' && shared.has(said) ? '' : plain(said)
      const isBeside = reason !== '' && lead + reason.length <= width
      const cells = `  ${path.id.padEnd(idWidth)}  ${paintBefore(paint, path)}${paintNow(paint, path, isBeside ? now.padEnd(8) : now)}`
      if (reason === '' || isBeside) return [cells + reason]
      return [cells, ...wrap(reason, width - 6).map((line) => `      ${line}`)]
    }),
  ]
}

/** What broke several tests at once is said once, below the table. */
function sharedReasons(rows: readonly ReportedPath[]): [string, readonly ReportedPath[]][] {
  const broken = rows.filter((path) => path.now === 'broken')
  return groupBy(broken, (path) => path.reason ?? '').filter(([, paths]) => paths.length > 2)
}

function paintBefore(paint: ChalkInstance, path: ReportedPath): string {
  const text = (path.before ?? '-').padEnd(8)
  return path.before === 'red' ? text : paint.yellow(text)
}

function paintNow(paint: ChalkInstance, path: ReportedPath, text: string): string {
  if (path.now === 'green') return paint.green(text)
  return path.now === 'red' ? paint.red.bold(text) : paint.yellow(text)
}

function renderSummary(report: GenReport, { paint, width }: Drawing): string[] {
  const rows = tested(report)
  if (rows.length === 0) return [paint.yellow('No test was written.')]
  const red = rows.filter((path) => path.now === 'red')
  const broken = rows.filter((path) => path.now === 'broken')
  const flaky = rows.filter((path) => path.now === 'flaky')
  const lines: string[] = []
  if (red.length > 0) {
    lines.push(paint.red.bold(`${red.length} of ${rows.length} paths ${red.length === 1 ? 'is' : 'are'} red:`))
    for (const path of red) lines.push(...describeRed(path, width))
  }
  if (broken.length > 0) {
    const shared = sharedReasons(rows)
    const say = broken.length === 1 ? 'test is broken and says' : 'tests are broken and say'
    lines.push(
      paint.yellow(`${broken.length} of ${rows.length} ${say} nothing about the route${shared.length > 0 ? ':' : '.'}`),
    )
    for (const [reason, paths] of shared)
      lines.push(...wrap(`  ${paths.length} times: ${plain(reason)}`, width, '    '))
  }
  if (flaky.length > 0) {
    const say = flaky.length === 1 ? 'is flaky and not accepted as it is' : 'are flaky and not accepted as they are'
    const next = `\`itest flaky ${report.file}\` looks for the cause.`
    lines.push(
      ...wrap(`${flaky.length} of ${rows.length} tests ${say}; ${next}`, width, '  ').map((line) => paint.yellow(line)),
    )
  }
  if (red.length + broken.length + flaky.length === 0)
    lines.push(paint.green(rows.length === 1 ? 'The path is green.' : `All ${rows.length} paths are green.`))
  return [...lines, ...renderProof(rows, width), ...renderRuns(report), ...renderCodeOnly(report, width)]
}

function renderRuns({ runs, paths }: GenReport): string[] {
  if (!paths.some(({ now }) => ['green', 'red', 'flaky'].includes(now))) return []
  if (runs === 1) return ['Each test ran once, so nobody knows whether it is flaky.']
  const agreed = paths.some((path) => path.now === 'flaky')
    ? ''
    : ', in different orders, each time with the same result'
  return [`Each test ran ${runs} times${agreed}.`]
}

function renderProof(rows: readonly ReportedPath[], width: number): string[] {
  const vacuous = rows.filter((path) => path.before !== 'red')
  // A test that is broken in both runs for one reason has said it already.
  const unexplained = vacuous.filter((path) => path.now !== 'broken' || path.beforeReason !== path.reason)
  const rest = vacuous.length === 0 ? '.' : `; the others prove nothing about it${unexplained.length > 0 ? ':' : '.'}`
  const head = `${rows.length - vacuous.length} of ${rows.length} tests were seen red with the route answering 501${rest}`
  const groups = groupBy(unexplained, (path) => path.beforeReason ?? 'not run')
  const lines = groups.map(([reason, paths]) => `  ${paths.map((path) => path.id).join(', ')}: ${plain(reason)}`)
  return [head, ...lines].flatMap((line) => wrap(line, width, '    '))
}

function renderCodeOnly({ paths, route }: GenReport, width: number): string[] {
  if (!paths.some((path) => path.expects.items.some((item) => item.source.kind === 'code'))) return []
  const text = `What a test expects from the code as it is today guards against regressions and can't find a bug that is there already; \`itest plan ${route.method} ${route.path}\` shows which expectations those are.`
  return wrap(text, width, '  ')
}

function describeRed(path: ReportedPath, width: number): string[] {
  const place = path.at ? ` (${path.at.file}:${path.at.line})` : ''
  const sources = [
    ...new Set(
      path.expects.items.filter((item) => item.source.kind === path.expects.source).map((item) => item.source.text),
    ),
  ]
  return [
    ...wrap(`  ${path.violation ?? path.title}${place}`, width, '  '),
    ...wrap(`    expected by ${path.expects.source ?? 'nobody'}: ${sources.join('; ')}`, width, '    '),
  ]
}

function renderUntested(report: GenReport, { width }: TextOptions): string[] {
  const list = (paths: readonly ReportedPath[], head: string): string[] => {
    const lines = groupBy(paths, (path) => path.reason ?? '').flatMap(([reason, group]) =>
      wrap(`  ${group.map((path) => path.id).join(', ')}: ${plain(reason)}`, width, '    '),
    )
    return paths.length > 0 ? [head, ...lines] : []
  }
  const skipped = report.paths.filter((path) => path.now === 'skipped' && path.bug === null)
  const hasTest = (path: ReportedPath): boolean => path.expects.items.length > 0
  const blocks = [
    list(
      report.paths.filter((path) => path.now === 'open' && path.bug === null),
      'Not tested yet, must be:',
    ),
    list(
      skipped.filter((path) => path.isUnwanted),
      'Skipped by your config:',
    ),
    list(skipped.filter(hasTest), 'Skipped, since this database can not do it; the test is there for another:'),
    list(
      skipped.filter((path) => !hasTest(path) && !path.isUnwanted),
      'Not applicable:',
    ),
  ].filter((block) => block.length > 0)
  return blocks.flatMap((block, index) => (index === 0 ? block : ['', ...block]))
}

/** What no test noticed before, and whether one does now. */
function renderBugs({ paths, route }: GenReport, { width }: TextOptions): string[] {
  const lines = paths.flatMap((path) => {
    if (path.bug === null) return []
    const { file, line, change, noticedBy, note } = path.bug
    const names = noticedBy.map((name) => /\[([^\]]+)\]/.exec(name)?.[1] ?? name)
    const said = note === null ? 'by none' : `not known, ${note}`
    // What an open path lacks is the same for each of them.
    const why = path.reason === null || path.reason.startsWith('missing ') ? '' : `: ${path.reason}`
    const noticed = names.length > 0 ? `by ${names.join(', ')}` : `${said} (${path.id}${why})`
    return wrap(`  ${file}:${line} ${plain(change)}: ${plain(noticed)}`, width, '    ')
  })
  if (lines.length === 0) return []
  const head = `Bugs that no test noticed when \`itest prove ${route.method} ${route.path} --strengthen\` looked, and which notices them now:`
  return [...wrap(head, width, '  '), ...lines]
}

function renderQuestions({ questions }: GenReport, { width }: TextOptions): string[] {
  if (questions.length === 0) return []
  return ['Not decided, so no test asserts on it:', ...questions.flatMap((text) => wrap(`  ${text}`, width, '    '))]
}

function renderFindings(report: GenReport, { width }: TextOptions): string[] {
  // What broke a test stands beside it already.
  const findings = report.findings.filter(
    (finding) => !report.paths.some((path) => path.id === finding.pathId && path.reason === finding.message),
  )
  if (findings.length === 0) return []
  const place = (line: number | null): string =>
    line === null || report.file === null ? '' : ` (${report.file}:${line})`
  return [
    'Checks say:',
    ...findings.flatMap(({ pathId, message, kind, line }) =>
      wrap(`  ${pathId ?? 'file'}: ${plain(message)} [${kind}]${place(line)}`, width, '    '),
    ),
  ]
}

function renderFooter(report: GenReport, { width }: TextOptions): string[] {
  const { engine, writer, unresolved, route } = report
  const database = engine
    ? [
        `Database: ${ENGINE_NAMES[engine.kind]} ${engine.version}${engine.place ? ` ${engine.place}` : ''}${engine.limits.length > 0 ? ', with limits:' : ''}`,
        ...engine.limits.map((limit) => `  - ${limit}`),
      ]
    : []
  const usage = writer.usage ? `, ${describeTokens(writer.usage)}` : ''
  const model = writer.model ? ` ${writer.model}` : ''
  const places = unresolved.length === 1 ? 'place' : 'places'
  const lines = [
    ...database,
    `Writer: ${writer.name === 'none' ? 'built in (no model)' : `${writer.name}${model}${usage}`}`,
    ...(unresolved.length > 0
      ? [
          `Analysis left ${unresolved.length} ${places} unresolved; \`itest plan ${route.method} ${route.path}\` lists them.`,
        ]
      : []),
    ...(report.wrote.length > 0 ? [`Wrote ${report.wrote.join(', ')}`] : []),
    ...report.hints,
  ]
  return lines.flatMap((line) => wrap(line, width, line.startsWith('  ') ? '    ' : '  '))
}

function describeTokens({ inputTokens, outputTokens }: ModelUsage): string {
  if (inputTokens === null && outputTokens === null) return 'tokens not known'
  return `${inputTokens ?? 'unknown'} tokens in, ${outputTokens ?? 'unknown'} out`
}
