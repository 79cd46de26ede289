export function readAt(target: unknown, path: readonly string[]): unknown {
  let current = target
  for (const name of path) {
    if (typeof current !== 'object' || current === null) return undefined
    current = Reflect.get(current, name)
  }
  return current
}

/** Sets a nested field, making the objects and lists on the way: `items.0.sku`. */
export function writeAt(target: Record<string, unknown>, path: readonly string[], value: unknown): void {
  const [name, ...rest] = path
  if (name === undefined) return
  target[name] = rest.length === 0 ? value : withField(target[name], rest, value)
}

function withField(holder: unknown, path: readonly string[], value: unknown): unknown {
  const [name = '', ...rest] = path
  if (Array.isArray(holder) || (/^\d+$/.test(name) && typeof holder !== 'object')) {
    const list: unknown[] = Array.isArray(holder) ? [...holder] : []
    const index = Number(name)
    list[index] = rest.length === 0 ? value : withField(list[index], rest, value)
    return list
  }
  const inner: Record<string, unknown> =
    typeof holder === 'object' && holder !== null ? Object.fromEntries(Object.entries(holder)) : {}
  inner[name] = rest.length === 0 ? value : withField(inner[name], rest, value)
  return inner
}
