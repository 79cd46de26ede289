import type { Dossier, Scenario } from '../scan/types.ts'
import { type ExternalEvent, expressionsOfScenario, isWrite, responseOf } from './expressions.ts'

/**
 * Whether a call may still be under way when the answer is there: nothing depends on it, and the code does not visibly
 * wait for it. Such a call can't be counted without a sleep.
 */
export function mayArriveLate(dossier: Dossier, scenario: Scenario, event: ExternalEvent): boolean {
  const response = responseOf(scenario)
  if (response && response.id < event.id) return true
  return isFollowedByNothing(scenario, event) && !isAwaited(dossier, event)
}

function isFollowedByNothing(scenario: Scenario, event: ExternalEvent): boolean {
  const isUsed = expressionsOfScenario(scenario).some(
    (part) =>
      part.kind === 'result' &&
      part.event === event.id &&
      part.path.length > 0 &&
      !/^(?:ok|status)$/.test(part.path[0] ?? ''),
  )
  return !isUsed && !scenario.events.some((other) => isWrite(other) && other.id > event.id)
}

/** Whether the code waits for the request, and for every function of the project on the way to it. */
function isAwaited({ sources, route }: Dossier, event: ExternalEvent): boolean {
  const names = new Set(event.caller === '(handler)' ? [] : [event.caller])
  for (const name of names)
    for (const source of sources)
      if (source.name !== route.handler.name && callsOf(source.text, name).length > 0 && /^\w+$/.test(source.name))
        names.add(source.name)
  const isWaited = (before: string): boolean => /(?:\bawait|\breturn|\[)\s*$/.test(before)
  const line = sources.flatMap(({ at, text }) =>
    at.file === event.at.file ? (text.split('\n')[event.at.line - at.line] ?? []) : [],
  )
  if (line.length > 0 && !line.some((text) => /\bawait\b|\breturn\b|=>/.test(text))) return false
  return [...names].every((name) => sources.every(({ text }) => callsOf(text, name).every(isWaited)))
}

/** What stands before each call of the function; its declaration is no call. */
function callsOf(text: string, name: string): string[] {
  const pattern = new RegExp(`(.{0,40}?)\\b(?:\\w+\\.)*${name.replace(/[^\w]/g, '\\$&')}\\s*\\(`, 'gs')
  return [...text.matchAll(pattern)]
    .map((match) => match[1] ?? '')
    .filter((before) => !/\b(?:function|async)\s*$/.test(before))
}
