import { Chalk } from 'chalk'
import type { Plan } from '../plan/types.ts'
import type { Ability } from '../run/types.ts'
import type { Dossier } from '../scan/types.ts'
import { describeExpectation } from './build-report.ts'
import { wrap } from './layout.ts'
import type { TextOptions } from './text.ts'

/** What a path needs of the database, where not every one has it. */
const NEEDS = {
  'second-connection':
    'a query beside an open transaction; skipped on PGlite, which has one session for all connections',
  cut: 'a connection that can be cut',
  connections: 'connections that can be refused',
  delay: 'a statement that can be delayed',
  timeOut: 'a statement that can time out',
} satisfies Record<Ability, string>

/** The plan of one route, with the source of every expectation. */
export function renderPlan(
  { plan, dossier, notes }: { plan: Plan; dossier: Dossier; notes: readonly string[] },
  options: TextOptions,
): string {
  const paint = new Chalk({ level: options.color ? 1 : 0 })
  const lines = [`${paint.bold(`${plan.route.method} ${plan.route.path}`)}  ${plan.route.file}:${plan.route.line}`]
  for (const path of plan.paths) {
    lines.push('', `${paint.bold(path.id)}${path.status === 'planned' ? '' : paint.yellow(` (${path.status})`)}`)
    lines.push(...wrap(`  ${path.title}`, options.width, '  '))
    if (path.status === 'open') lines.push(...wrap(`  missing: ${path.missing}`, options.width, '    '))
    if (path.status === 'skipped')
      lines.push(
        ...wrap(`  ${path.by === 'config' ? 'your config' : 'because'}: ${path.reason}`, options.width, '    '),
      )
    if (path.status !== 'planned') continue
    for (const need of path.given.needs) lines.push(...wrap(`  needs: ${NEEDS[need]}`, options.width, '    '))
    for (const expectation of path.expects) {
      const at = expectation.source.at ? ` ${expectation.source.at.file}:${expectation.source.at.line}` : ''
      lines.push(
        ...wrap(
          `  - ${describeExpectation(expectation)}  [${expectation.source.kind}: ${expectation.source.text}${at}]`,
          options.width,
          '      ',
        ),
      )
    }
  }
  if (dossier.unresolved.length > 0) {
    lines.push('', 'Analysis could not resolve:')
    for (const record of dossier.unresolved)
      lines.push(
        ...wrap(
          `  ${record.at.file}:${record.at.line} ${record.what}${record.text ? `: ${record.text}` : ''}`,
          options.width,
          '    ',
        ),
      )
  }
  if (notes.length > 0) lines.push('', ...notes.flatMap((note) => wrap(note, options.width, '  ')))
  return `${lines.join('\n')}\n`
}
