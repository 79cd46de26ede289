import type { HarnessFacts } from '../run/types.ts'

export function asksNothing({ requests, requestsBefore }: HarnessFacts): boolean {
  return requests === 0 && requestsBefore === 0
}

export function describeTampered({ tampered }: HarnessFacts): string {
  return `the code under test replaced what judges it: ${tampered.join(', ')}`
}

/** What the app wanted to reach and nothing stands in for; its answer then says nothing about the app. */
export function describeMissing({ unstubbedCalls, blockedConnections }: HarnessFacts): string | null {
  if (unstubbedCalls.length > 0) return `no stub answers ${[...new Set(unstubbedCalls)].join(', ')}`
  if (blockedConnections.length === 0) return null
  return `the app tried to reach ${[...new Set(blockedConnections)].join(', ')}, and nothing stands in for it`
}
