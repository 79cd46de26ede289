import type { Expected } from '../plan/types.ts'

/** A value as code. Layout is left to the formatter. */
export function renderValue(value: Expected | undefined): string {
  if (value === undefined) return 'undefined'
  if (value === null || typeof value === 'number' || typeof value === 'boolean') return String(value)
  if (typeof value === 'string') return renderText(value)
  if (Array.isArray(value)) return `[${value.map(renderValue).join(', ')}]`
  if (isSpecial(value, '$any')) return `expect.any(${String(value.$any)})`
  if (isSpecial(value, '$date')) return `new Date(${renderText(String(value.$date))})`
  const fields = Object.entries(value).map(([key, field]) => `${renderKey(key)}: ${renderValue(field)}`)
  return fields.length === 0 ? '{}' : `{ ${fields.join(', ')} }`
}

function isSpecial<Name extends string>(value: object, name: Name): value is Record<Name, unknown> {
  return name in value
}

export function renderText(text: string): string {
  if (!text.includes("'") && !text.includes('\n') && !text.includes('\\')) return `'${text}'`
  return JSON.stringify(text)
}

export function renderKey(key: string): string {
  return /^[A-Za-z_$][\w$]*$/.test(key) ? key : renderText(key)
}
