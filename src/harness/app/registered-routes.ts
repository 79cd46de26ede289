/**
 * Whether an app, or a router inside it, has a route such as `POST /orders/:id` by now. Express keeps no path of a mounted
 * router, so a route whose own path is the end of the wanted one is taken for it.
 */
export function isRegistered(handler: unknown, route: string): boolean {
  const [method = '', path = ''] = route.split(' ')
  return hasRoute(handler, { method: method.toLowerCase(), segments: split(path) })
}

interface Wanted {
  readonly method: string
  readonly segments: readonly string[]
}

function hasRoute(handler: unknown, wanted: Wanted): boolean {
  return readStack(handler).some((layer) => {
    const route: unknown = Reflect.get(layer, 'route')
    return isObject(route) ? isWanted(route, wanted) : hasRoute(Reflect.get(layer, 'handle'), wanted)
  })
}

/** Express 5 makes the router of an app when it is asked for; Express 4 throws when it is asked by that name. */
function readStack(handler: unknown): readonly object[] {
  if (!isObject(handler)) return []
  const router: unknown =
    Reflect.get(handler, '_router') ?? (isExpress4(handler) ? null : Reflect.get(handler, 'router'))
  const stack: unknown = Reflect.get(isObject(router) ? router : handler, 'stack')
  return Array.isArray(stack) ? stack.filter(isObject) : []
}

function isExpress4(handler: object): boolean {
  return 'lazyrouter' in handler
}

function isWanted(route: object, { method, segments }: Wanted): boolean {
  const methods: unknown = Reflect.get(route, 'methods')
  const answers = isObject(methods) && (Reflect.get(methods, method) === true || Reflect.get(methods, '_all') === true)
  const path: unknown = Reflect.get(route, 'path')
  const paths: unknown[] = Array.isArray(path) ? path : [path]
  return (answers || method === 'all') && paths.some((one) => typeof one !== 'string' || isEnd(split(one), segments))
}

function isEnd(own: readonly string[], segments: readonly string[]): boolean {
  const end = own.length === 0 ? [] : segments.slice(-own.length)
  return own.length <= segments.length && own.every((segment, index) => segment === end[index])
}

function isObject(value: unknown): value is object {
  return (typeof value === 'object' && value !== null) || typeof value === 'function'
}

function split(path: string): string[] {
  return path.split('/').filter((segment) => segment !== '')
}
