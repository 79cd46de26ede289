import { Chalk, type ChalkInstance } from 'chalk'
import type { Check, CheckStatus, DoctorReport } from '../doctor/types.ts'
import { wrap } from './layout.ts'
import type { TextOptions } from './text.ts'

/** One check a line, below it what to do; then the sum. */
export function renderDoctor({ checks }: DoctorReport, { color, width }: TextOptions): string {
  const paint = new Chalk({ level: color ? 1 : 0 })
  const nameWidth = Math.max(...checks.map(({ name }) => name.length))
  const lines = checks.flatMap((check) => renderCheck(check, { paint, nameWidth, width }))
  const problems = checks.filter(({ status }) => status === 'problem').length
  const sum =
    problems === 0
      ? paint.green('`itest gen` can work here.')
      : paint.red(`${problems} ${problems === 1 ? 'problem keeps' : 'problems keep'} \`itest gen\` from working here.`)
  return `${[...lines, '', sum].join('\n')}\n`
}

const LABELS = { ok: 'ok', warning: 'warning', problem: 'problem' } satisfies Record<CheckStatus, string>
const LABEL_WIDTH = 7

function renderCheck(
  { name, status, found, todo }: Check,
  { paint, nameWidth, width }: { paint: ChalkInstance; nameWidth: number; width: number },
): string[] {
  const indent = ' '.repeat(LABEL_WIDTH + nameWidth + 4)
  const [first = '', ...rest] = wrap(`${indent}${found}`, width, indent)
  const colors = { ok: paint.green, warning: paint.yellow, problem: paint.red }
  const head = `${colors[status](LABELS[status].padEnd(LABEL_WIDTH))}  ${name.padEnd(nameWidth)}  `
  const next = todo === null ? [] : wrap(`${indent}-> ${todo}`, width, `${indent}   `)
  return [`${head}${first.trimStart()}`, ...rest, ...next]
}
