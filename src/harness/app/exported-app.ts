import type { RequestListener } from 'node:http'

/** The Express app that a module exports: by itself, as `default` or `module.exports`, under any name. */
export function findExportedApp(module: unknown): RequestListener | null {
  if (isApp(module)) return module
  if (typeof module !== 'object' || module === null) return null
  for (const exported of Object.values(module)) if (isApp(exported)) return exported
  const inner: unknown = Reflect.get(module, 'default')
  return typeof inner === 'object' && inner !== null ? (Object.values(inner).find(isApp) ?? null) : null
}

function isApp(value: unknown): value is RequestListener {
  return typeof value === 'function' && ['handle', 'use', 'listen'].every((name) => isMethod(value, name))
}

function isMethod(owner: object, name: string): boolean {
  return typeof Reflect.get(owner, name) === 'function'
}
