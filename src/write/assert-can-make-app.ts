import { UserError } from '../errors.ts'
import type { Dossier } from '../scan/types.ts'

/** @throws UserError when the app's factory demands what no export of the project could be */
export function assertCanMakeApp({ app }: Pick<Dossier, 'app'>): void {
  const needs = (app.parameters ?? []).flatMap((one) => (one.kind === 'value' ? [one.need] : one.needs))
  const missing = needs.filter(({ from }) => from === null).map(({ name }) => name)
  if (missing.length === 0) return
  throw new UserError(
    `the app is made by ${app.exportName} in ${app.file}, which needs ${missing.join(' and ')}, and no file exports that`,
    {
      hint: `Export ${missing.length === 1 ? 'it' : 'them'} under that name, or name a file that exports a finished app with --app FILE.`,
    },
  )
}
