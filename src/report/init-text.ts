import type { InitReport } from '../config/init-config.ts'
import { alignColumns, wrap } from './layout.ts'
import type { TextOptions } from './text.ts'

/** What was written, and what to do next. */
export function renderInit({ wrote, next }: InitReport, { width }: TextOptions): string {
  const said = `Wrote ${wrote}. Every key in it is explained and commented out, so nothing has changed yet.`
  const commands = alignColumns(next.map(({ command, why }) => [`  ${command}`, why]))
  return `${[...wrap(said, width), '', 'Next:', ...commands].join('\n')}\n`
}
