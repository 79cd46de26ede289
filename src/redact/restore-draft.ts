import type { Draft } from '../write/types.ts'
import type { Redactor } from './open-redactor.ts'

/** What a model wrote, with planned values in the place of their marks. A case that needs any other secret is left. */
export function restoreDraft<T extends Pick<Draft, 'cases' | 'left'>>(draft: T, { restore }: Redactor): T {
  const read = draft.cases.map((one) => {
    const { text, missing } = restore(one.code)
    return { one: { ...one, code: text }, missing }
  })
  const lacking = read.flatMap(({ one, missing: [mark] }) =>
    mark === undefined ? [] : [{ pathId: one.pathId, reason: `it needs ${mark}, a secret that the model did not get` }],
  )
  const cases = read.flatMap(({ one, missing }) => (missing.length === 0 ? [one] : []))
  return { ...draft, cases, left: [...draft.left, ...lacking] }
}
