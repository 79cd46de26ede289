import { Chalk } from 'chalk'
import type { Probed } from '../probe/probe-project.ts'
import type { Codebase, SourceLocation } from '../scan/types.ts'
import { alignColumns, wrap } from './layout.ts'
import { renderProbe } from './probe-text.ts'
import type { TextOptions } from './text.ts'

/** What `itest routes --json` prints; findings of a probe stand among those of the code. */
export function routesReport(codebase: Codebase, probed: Probed | null): object {
  const { apps, opaque, dead, boot } = codebase
  const findings = [...codebase.findings, ...(probed?.findings ?? [])]
  const routes = codebase.routes.filter(isInTest)
  const conditional = codebase.routes.filter((route) => !isInTest(route))
  const unresolved = [...codebase.unresolved, ...conditional.map(describeConditional)]
  const report = { schema: 'itest.routes/1', routes, conditional, opaque, findings, unresolved, dead, apps, boot }
  return probed ? { ...report, probe: probed.probe } : report
}

type Route = Codebase['routes'][number]

/** Whether a start of the app in a test registers it, as far as analysis can tell. */
function isInTest({ when }: Route): boolean {
  return when.every(({ holds }) => holds)
}

/** A start of the app somewhere else may register it. */
function describeConditional(route: Route): Codebase['unresolved'][number] {
  const { method, path, file, line } = route
  return { what: `this route is ${describeConditions(route)}`, text: `${method} ${path}`, at: { file, line } }
}

/** Every route with its handler, one a line, then what analysis has to say about them. */
export function renderRoutes(codebase: Codebase, probed: Probed | null, options: TextOptions): string {
  const paint = new Chalk({ level: options.color ? 1 : 0 })
  const section = (title: string, lines: readonly string[]): string[] =>
    lines.length === 0
      ? []
      : ['', paint.bold(title), ...lines.flatMap((line) => wrap(`  ${line}`, options.width, '    '))]
  const opaque = codebase.opaque.map((mount) => `${mount.path}  ${place(mount)} ${mount.what}: ${mount.why}`)
  const findings = codebase.findings.map(({ message }) => message)
  const unresolved = codebase.unresolved.map((record) => describe(record.at, record.what, record.text))
  const text = [
    ...listRoutes(codebase),
    ...section('Paths made with a variable, taken as:', listVariables(codebase)),
    ...section('Not routes, but they answer requests:', opaque),
    ...section('Findings:', findings),
    ...section('Not resolved:', unresolved),
    ...section('Registrations that no app uses:', groupDead(codebase.dead)),
  ].join('\n')
  return `${text}\n${probed ? renderProbe(probed) : ''}`
}

/** With several apps, each has a heading. */
function listRoutes({ routes, apps }: Codebase): string[] {
  const rows = alignColumns(
    routes.map((route) => [route.method, route.path, place(route), route.handler.name, describeConditions(route)]),
  )
  if (apps.length < 2) return rows
  return rows.flatMap((row, index) => {
    const app = routes[index]?.app
    const isFirst = index === 0 || routes[index - 1]?.app !== app
    return isFirst ? [...(index === 0 ? [] : ['']), `app ${app}`, row] : [row]
  })
}

/** `not in a test: needs isProduction` */
function describeConditions({ when }: Route): string {
  const missing = when.filter(({ holds }) => !holds)
  const conditions = (missing.length > 0 ? missing : when).map(({ condition, wanted }) =>
    wanted ? condition : `not (${condition})`,
  )
  if (conditions.length === 0) return ''
  return `${missing.length > 0 ? 'not in a test: needs' : 'if'} ${conditions.join(', ')}`
}

/** `API_PREFIX=/api  src/app.ts:9` */
function listVariables({ boot }: Codebase): string[] {
  return boot.assumedTexts.map(({ name, value, at }) => `${name}=${value}  ${place(at)}`)
}

/** Files that no app needs have many of them, for one reason. */
function groupDead(dead: Codebase['dead']): string[] {
  const groups = new Map<string, (typeof dead)[number][]>()
  for (const record of dead) {
    const key = `${record.at.file} ${record.why}`
    groups.set(key, [...(groups.get(key) ?? []), record])
  }
  return [...groups.values()].flatMap(([first, ...others]) => {
    if (!first) return []
    if (others.length === 0) return [describe(first.at, first.why, first.text)]
    return [`${place(first.at)} and ${others.length} more ${others.length === 1 ? 'call' : 'calls'}: ${first.why}`]
  })
}

function place({ file, line }: SourceLocation): string {
  return `${file}:${line}`
}

function describe(at: SourceLocation, what: string, text: string): string {
  return `${place(at)} ${what}${text ? `: ${text}` : ''}`
}
