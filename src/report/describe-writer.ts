import { groupBy, plain } from './layout.ts'
import { WRITERS } from './prompt-text.ts'
import type { ReportedWriter } from './types.ts'

/** What the model could not do; first of all, since the tests are not whose they should be. */
export function describeFailure({ failure, name }: ReportedWriter): string[] {
  if (failure === null) return []
  const instead = name === 'none' ? ' The tests below are those of the built-in writer.' : ''
  return [`The model failed: ${plain(failure.message)} ${plain(failure.hint)}${instead}`]
}

/** Who wrote the tests, what that took, and what had to be written anew. */
export function describeWriter(writer: ReportedWriter): string[] {
  const { repaired, givenUp } = writer
  return [
    `Writer: ${[describeName(writer), ...describePrice(writer)].join(', ')}`,
    ...(repaired.length > 0 ? [`Repaired: ${repaired.join(', ')}`] : []),
    ...groupBy(givenUp, ({ says, isReplaced }) => `${isReplaced} ${says.join()}`).flatMap(([, paths]) =>
      describeLost(paths),
    ),
  ]
}

function describeName({ name, model }: ReportedWriter): string {
  return WRITERS[name] ?? [name, ...(model === null ? [] : [model])].join(' ')
}

function describePrice(writer: ReportedWriter): string[] {
  const { model, requests, cachedReplies, usage, costUsd, costPerConfirmedTestUsd } = writer
  if (model === null && requests === 0 && cachedReplies === 0) return []
  const known = cachedReplies === 0 ? [] : [`${count(cachedReplies, 'reply', 'replies')} known from an earlier run`]
  if (requests === 0) return [...known, 'nothing to pay']
  const each = costPerConfirmedTestUsd === null ? '' : ` (${dollars(costPerConfirmedTestUsd)} for each confirmed test)`
  return [
    ...known,
    count(requests, 'request', 'requests'),
    ...describeTokens(usage),
    costUsd === null ? 'cost not known' : `about ${dollars(costUsd)}${each}`,
  ]
}

function describeTokens(usage: ReportedWriter['usage']): string[] {
  if (usage === null || (usage.inputTokens === null && usage.outputTokens === null)) return ['tokens not known']
  return [`${describeInput(usage)} in`, `${number(usage.outputTokens)} out`]
}

function describeInput(usage: NonNullable<ReportedWriter['usage']>): string {
  const { inputTokens, cacheReadTokens, cacheWriteTokens } = usage
  const all = inputTokens === null ? null : inputTokens + (cacheReadTokens ?? 0) + (cacheWriteTokens ?? 0)
  const cached = cacheReadTokens ? ` (${number(cacheReadTokens)} of them from its cache)` : ''
  return `${number(all)} tokens${cached}`
}

function describeLost(paths: ReportedWriter['givenUp']): string[] {
  const [first] = paths
  if (!first) return []
  const [says = '', ...others] = first.says
  const more = others.length > 0 ? ` (and ${others.length} more)` : ''
  const instead = first.isReplaced ? "; the built-in writer's test is there in its place" : ''
  return [`Given up on ${paths.map(({ pathId }) => pathId).join(', ')}: ${plain(says)}${more}${instead}`]
}

function count(of: number, one: string, more: string): string {
  return `${of} ${of === 1 ? one : more}`
}

function number(of: number | null): string {
  return of === null ? 'unknown' : of.toLocaleString('en-US')
}

/** To two digits that count. */
function dollars(usd: number): string {
  return usd >= 1 ? `$${usd.toFixed(2)}` : `$${Number(usd.toPrecision(2))}`
}
