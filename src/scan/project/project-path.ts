import path from 'node:path'
import type { Machine } from '../interpret/machine.ts'

/**
 * Stands for the root's folder in values, so that the code can compute with `__dirname` while it is read and no path of
 * this machine gets into what is printed.
 */
export const ROOT_MARK = '/itest-project-root'

const inMark = (text: string): boolean => text === ROOT_MARK || text.startsWith(`${ROOT_MARK}/`)

/** A file or folder below the root as the code sees its path; null for anything else. */
export function toProjectPath({ root }: Machine, file: string): string | null {
  if (file !== root && !file.startsWith(`${root}/`)) return null
  return ROOT_MARK + file.slice(root.length)
}

/** The real path of what the code computed; relative to the root when it is relative. */
export function fromProjectPath({ root }: Machine, text: string): string {
  const plain = text.startsWith(`file://${ROOT_MARK}`) ? decodeUrl(text) : text
  if (inMark(plain)) return path.join(root, plain.slice(ROOT_MARK.length))
  return path.isAbsolute(plain) ? plain : path.join(root, plain)
}

function decodeUrl(url: string): string {
  try {
    return decodeURIComponent(url.slice('file://'.length))
  } catch {
    return url.slice('file://'.length)
  }
}

/** Whether a text holds a path that only means something on the machine that runs the project. */
export function isProjectPath(text: string): boolean {
  return text.includes(ROOT_MARK)
}

/** `./routes/users` for a specifier that is a path of the project; any other specifier as it is. */
export function toSpecifier(machine: Machine, specifier: string, from: string): string {
  if (!inMark(specifier) && !specifier.startsWith(`file://${ROOT_MARK}/`)) return specifier
  const relative = path.relative(path.dirname(from), fromProjectPath(machine, specifier))
  return relative.startsWith('.') ? relative : `./${relative}`
}
