import { escapePattern } from '../escape-pattern.ts'

export interface RouteName {
  readonly method: string
  readonly path: string
}

/** How near a text of a test is to a route: 3 it asks that route, 2 its path, 1 a neighbour below the same word, 0 none. */
export function closeness(text: string, { method, path }: RouteName): 0 | 1 | 2 | 3 {
  const segments = path.split('/').filter((segment) => segment !== '')
  const steps = segments.map((segment) => (segment.startsWith(':') ? '[^\'"`/?]+' : escapePattern(segment)))
  const whole = `['"\`]/${steps.join('/')}/?['"\`?]`
  if (new RegExp(`\\.${method.toLowerCase()}\\(\\s*${whole}`).test(text)) return 3
  if (new RegExp(whole).test(text)) return 2
  return wordsOf(path).some((word) => new RegExp(`/${escapePattern(word)}\\b`).test(text)) ? 1 : 0
}

/** The words of a path that say what it is about: `/api/v1/rooms/:id` is about `rooms`. */
export function wordsOf(path: string): string[] {
  return path.split('/').filter((segment) => /^[\w-]{3,}$/.test(segment) && !/^(?:api|v\d+)$/.test(segment))
}
