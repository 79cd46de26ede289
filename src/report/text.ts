import { Chalk, type ChalkInstance } from 'chalk'
import { wrap } from './layout.ts'
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
    renderHead(report, paint),
    renderTable(report, { ...options, paint }),
    renderSummary(report, { ...options, paint }),
    renderUntested(report, options),
    renderFindings(report, options),
    renderFooter(report, options),
  ]
  return `${blocks
    .filter((block) => block.length > 0)
    .map((block) => block.join('\n'))
    .join('\n\n')}\n`
}

function renderHead(report: GenReport, paint: ChalkInstance): string[] {
  const { route } = report
  const count = tested(report).length
  const head = `${paint.bold(`${route.method} ${route.path}`)}  ${route.file}:${route.line}  ${count} ${count === 1 ? 'path' : 'paths'}`
  return report.file ? [`${head}  ${report.file}`] : [head]
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
  return [
    paint.dim(`  ${'path'.padEnd(idWidth)}  ${'before'.padEnd(8)}now`),
    ...rows.flatMap((path) => {
      const now = path.now === 'red' ? 'RED' : path.now === 'broken' ? 'BROKEN' : path.now
      const cells = `  ${path.id.padEnd(idWidth)}  ${paintBefore(paint, path)}${paintNow(paint, path, now.padEnd(8))}`
      const reason = path.reason ?? (path.before === 'green' ? 'proves nothing: green without the route' : '')
      if (reason === '') return [cells.trimEnd()]
      if (lead + reason.length <= width) return [cells + reason]
      return [cells.trimEnd(), ...wrap(reason, width - 6).map((line) => `      ${line}`)]
    }),
  ]
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
  const red = rows.filter((path) => path.now === 'red')
  const broken = rows.filter((path) => path.now === 'broken')
  const vacuous = rows.filter((path) => path.before !== 'red')
  const lines: string[] = []
  if (rows.length === 0) return [paint.yellow('No test was written.')]
  if (red.length > 0) {
    lines.push(paint.red.bold(`${red.length} of ${rows.length} paths ${red.length === 1 ? 'is' : 'are'} red:`))
    for (const path of red) lines.push(...describeRed(path, width))
  }
  if (broken.length > 0) {
    lines.push(
      paint.yellow(
        `${broken.length} of ${rows.length} tests ${broken.length === 1 ? 'is' : 'are'} broken and say nothing about the route.`,
      ),
    )
  }
  if (red.length + broken.length === 0) lines.push(paint.green(`All ${rows.length} paths are green.`))
  const proven = rows.length - vacuous.length
  lines.push(
    `${proven} of ${rows.length} tests were seen red with the route answering 501${vacuous.length > 0 ? '; the others prove nothing about it:' : '.'}`,
  )
  for (const path of vacuous) lines.push(...wrap(`  ${path.id}: ${path.beforeReason ?? 'not run'}`, width, '    '))
  return lines
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
  const open = report.paths.filter((path) => path.now === 'open')
  const skipped = report.paths.filter((path) => path.now === 'skipped')
  const list = (paths: readonly ReportedPath[], word: string): string[] =>
    paths.flatMap((path) => wrap(`  ${path.id}: ${word}${path.reason}`, width, '    '))
  const lines: string[] = []
  if (open.length > 0) lines.push('Not tested yet, must be:', ...list(open, 'missing '))
  if (skipped.length > 0) lines.push(...(open.length > 0 ? [''] : []), 'Not applicable:', ...list(skipped, ''))
  return lines
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
    ...findings.flatMap((finding) =>
      wrap(`  ${finding.pathId ?? 'file'}: ${finding.message} [${finding.kind}]${place(finding.line)}`, width, '    '),
    ),
  ]
}

function renderFooter(report: GenReport, { width }: TextOptions): string[] {
  const lines: string[] = []
  if (report.engine) {
    const limits = report.engine.limits.length > 0 ? `; limits: ${report.engine.limits.join('; ')}` : ''
    lines.push(
      ...wrap(
        `Database: ${report.engine.kind === 'pglite' ? 'PGlite' : 'PostgreSQL'} ${report.engine.version}${limits}`,
        width,
        '  ',
      ),
    )
  }
  const { writer } = report
  const usage = writer.usage ? `, ${writer.usage.inputTokens} tokens in, ${writer.usage.outputTokens} out` : ''
  lines.push(
    `Writer: ${writer.name === 'none' ? 'built in (no model)' : `${writer.name}${writer.model ? ` ${writer.model}` : ''}${usage}`}`,
  )
  if (report.unresolved.length > 0)
    lines.push(
      ...wrap(
        `Analysis left ${report.unresolved.length} ${report.unresolved.length === 1 ? 'place' : 'places'} unresolved; \`itest plan ${report.route.method} ${report.route.path}\` lists them.`,
        width,
        '  ',
      ),
    )
  if (report.wrote.length > 0) lines.push(...wrap(`Wrote ${report.wrote.join(', ')}`, width, '  '))
  for (const hint of report.hints) lines.push(...wrap(hint, width, '  '))
  return lines
}
