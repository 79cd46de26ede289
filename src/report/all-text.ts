import { Chalk, type ChalkInstance } from 'chalk'
import type { AllReport, RoutedResult } from '../gen/all.ts'
import { groupBy, plain, wrap } from './layout.ts'
import type { TextOptions } from './text.ts'
import type { Now } from './types.ts'

type Drawing = TextOptions & { readonly paint: ChalkInstance }

/** What `itest gen` did with many routes: a line for each, then what a person has to look at. */
export function renderAll(report: AllReport, options: TextOptions): string {
  const drawing = { ...options, paint: new Chalk({ level: options.color ? 1 : 0 }) }
  const blocks = [
    renderRoutes(report, drawing),
    renderRed(report, options),
    renderFailures(report, options),
    report.leftOut.flatMap(({ route, reason }, index) => [
      ...(index === 0 ? ['Left out:'] : []),
      ...wrap(`  ${route}: ${plain(reason)}`, options.width, '    '),
    ]),
    renderBatch(report, options),
    renderTotals(report, options),
  ]
  return `${blocks
    .filter((block) => block.length > 0)
    .map((block) => block.join('\n'))
    .join('\n\n')}\n`
}

function renderRoutes({ routes }: AllReport, { paint }: Drawing): string[] {
  const width = Math.max(5, ...routes.map(({ route }) => route.length))
  return routes.map((one) => {
    const said = one.report ? describeCounts(one) : 'no tests'
    const isGood = one.exitCode === 0
    return `  ${one.route.padEnd(width)}  ${isGood ? paint.green(said) : paint.yellow(said)}${one.isEarlier ? ' (earlier)' : ''}`
  })
}

const NAMES: readonly (readonly [Now, string])[] = [
  ['green', 'green'],
  ['red', 'RED'],
  ['broken', 'BROKEN'],
  ['flaky', 'FLAKY'],
  ['open', 'not tested'],
]

function describeCounts({ report }: RoutedResult): string {
  return NAMES.flatMap(([now, name]) => {
    const count = report?.paths.filter((path) => path.now === now && !(now === 'open' && path.bug)).length ?? 0
    return count > 0 ? [`${count} ${name}`] : []
  }).join(', ')
}

function renderRed({ routes }: AllReport, { width }: TextOptions): string[] {
  const lines = routes.flatMap(({ route, report }) =>
    (report?.paths ?? []).flatMap(({ now, violation, title, at }) => {
      if (now !== 'red') return []
      const place = at ? ` (${at.file}:${at.line})` : ''
      return wrap(`  ${route}: ${plain(violation ?? title)}${place}`, width, '    ')
    }),
  )
  return lines.length > 0 ? ['Red:', ...lines] : []
}

const MOST_NAMES = 3

/** What all of them lack is said once. */
function renderFailures({ routes }: AllReport, { width }: TextOptions): string[] {
  const failures = routes.flatMap(({ route, report, error }) => {
    const failure = error ?? report?.writer.failure ?? null
    if (!failure) return []
    return [{ route, says: `${plain(failure.message).replace(/(?<![.!?])$/, '.')} ${plain(failure.hint)}` }]
  })
  const lines = groupBy(failures, ({ says }) => says).flatMap(([says, group]) => {
    const names = group.slice(0, MOST_NAMES).map(({ route }) => route)
    const more = group.length > names.length ? ` and ${group.length - names.length} more` : ''
    return wrap(`  ${names.join(', ')}${more}: ${says}`, width, '    ')
  })
  return lines.length > 0 ? ['Could not be done, or not as wanted:', ...lines] : []
}

function renderBatch({ batch }: AllReport, { width }: TextOptions): string[] {
  if (batch === null) return []
  const head =
    batch.id === null
      ? 'Batch: every reply was known from an earlier run, so nothing was sent.'
      : `Batch ${batch.id}: ${batch.requests - batch.failed.length} of ${batch.requests} requests answered, at half the price.`
  const failed = [...new Set(batch.failed)].map(
    (reason) => `  not answered, and asked again by itself: ${plain(reason)}`,
  )
  return [head, ...failed].flatMap((line) => wrap(line, width, '    '))
}

function renderTotals({ routes, costUsd }: AllReport, { width }: TextOptions): string[] {
  const paths = routes.flatMap(({ report }) => report?.paths ?? [])
  const tests = paths.filter(({ now }) => now !== 'open' && now !== 'skipped')
  const confirmed = tests.filter(({ before, now }) => before === 'red' && (now === 'green' || now === 'red'))
  const written = routes.filter(({ report }) => report?.file)
  const cost = costUsd === null ? '' : ` The models cost about $${Number(costUsd.toPrecision(2))}.`
  const proof =
    tests.length === 0
      ? '.'
      : `; ${confirmed.length} of them were seen red with the route answering 501, and are red or green with it.`
  const text = `${tests.length} tests for ${written.length} of ${routes.length} routes${proof}${cost} \`itest gen METHOD /path\` shows a route in full.`
  return wrap(text, width, '  ')
}
