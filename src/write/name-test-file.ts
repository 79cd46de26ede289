import path from 'node:path'
import type { Route } from '../scan/types.ts'

/** `tests/integration/post-orders.test.ts` for `POST /orders`, by `{method}-{path}.test.ts`; parameters as `by-id`. */
export function nameTestFile(
  route: Pick<Route, 'method' | 'path'>,
  { out, fileName }: { readonly out: string; readonly fileName: string },
): string {
  const segments = route.path
    .split('/')
    .filter(Boolean)
    .map((segment) => (segment.startsWith(':') ? `by-${kebab(segment)}` : kebab(segment)))
  const words = segments.length === 0 ? 'root' : segments.filter((part) => part !== '').join('-')
  const name = fileName.replaceAll('{method}', route.method.toLowerCase()).replaceAll('{path}', words || 'any')
  return path.posix.join(out, name)
}

function kebab(text: string): string {
  return text
    .replace(/([a-z0-9])([A-Z])/g, '$1-$2')
    .replace(/[^a-zA-Z0-9]+/g, '-')
    .replace(/^-|-$/g, '')
    .toLowerCase()
}
