import path from 'node:path'
import type { Route } from '../scan/types.ts'

/** `tests/integration/post-orders.test.ts` for `POST /orders`; parameters as `by-id`. */
export function nameTestFile(route: Pick<Route, 'method' | 'path'>, folder: string): string {
  const segments = route.path
    .split('/')
    .filter(Boolean)
    .map((segment) => (segment.startsWith(':') ? `by-${kebab(segment)}` : kebab(segment)))
  const name = [route.method.toLowerCase(), ...segments].filter((part) => part !== '').join('-')
  return path.posix.join(folder, `${segments.length === 0 ? `${name}-root` : name}.test.ts`)
}

function kebab(text: string): string {
  return text
    .replace(/([a-z0-9])([A-Z])/g, '$1-$2')
    .replace(/[^a-zA-Z0-9]+/g, '-')
    .replace(/^-|-$/g, '')
    .toLowerCase()
}
