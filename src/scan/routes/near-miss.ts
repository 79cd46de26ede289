import { distance } from 'fastest-levenshtein'
import type { RouteName } from '../../route-name.ts'

const FAR = 3
/** `/api/v1` before a path that is right otherwise. */
const PREFIX_LENGTH = 2

/** The existing route that a request was meant for, by the look of it; null: it asks for something else. */
export function findNearMiss<R extends RouteName>(routes: readonly R[], request: RouteName): R | null {
  const asked = split(request.path)
  const sameMethod = routes.filter(({ method }) => method === request.method || method === 'ALL')
  const near = sameMethod
    .map((route) => ({ route, away: measure(split(route.path), asked) }))
    .filter(({ away }) => away < FAR)
    .sort((a, b) => a.away - b.away)
  return near[0]?.route ?? null
}

/** Whether a request is for this route, whose parameters take any value. */
export function isRequestFor(route: RouteName, request: RouteName): boolean {
  const own = split(route.path)
  const asked = split(request.path)
  if (route.method !== 'ALL' && route.method !== request.method) return false
  return own.length === asked.length && own.every((segment, index) => isSame(segment, asked[index] ?? ''))
}

function measure(own: readonly string[], asked: readonly string[]): number {
  if (own.length === asked.length) {
    const steps = own.map((segment, index) => measureSegment(segment, asked[index] ?? ''))
    return steps.reduce((sum, step) => sum + step, 0)
  }
  const [long, short] = own.length > asked.length ? [own, asked] : [asked, own]
  const end = long.slice(long.length - short.length)
  const isEnd = short.every((segment, index) => isSame(segment, end[index] ?? ''))
  const isNamed = short.some((segment, index) => segment.toLowerCase() === end[index]?.toLowerCase())
  return isEnd && isNamed && long.length - short.length <= PREFIX_LENGTH ? 1 : FAR
}

function measureSegment(own: string, asked: string): number {
  if (isSame(own, asked)) return 0
  const away = distance(own.toLowerCase(), asked.toLowerCase())
  // Two short words are near each other and mean something else.
  return away < Math.max(own.length, asked.length) - 1 ? away : FAR
}

function isSame(a: string, b: string): boolean {
  return a.startsWith(':') || b.startsWith(':') || a.toLowerCase() === b.toLowerCase()
}

function split(path: string): string[] {
  return path.split('/').filter((segment) => segment !== '')
}
