import { isAbsolute, relative, sep } from 'node:path'
import { fileURLToPath } from 'node:url'
import { builtFile } from '../package-paths.ts'
import type { ErrorFacts, Frame } from './types.ts'

/** Frames of what stands before matchers and handlers say nothing of where they were called. */
const WATCHERS = builtFile('harness/')

/** What Vitest 3 throws when `expect.poll` gives up; from version 4 on it is the last assertion that failed. */
const POLL_GAVE_UP = 'Matcher did not succeed in time.'

/** What can be said of anything that was thrown; errors that crossed a process are plain objects by then. */
export function describeError(thrown: unknown, root: string): ErrorFacts {
  const read = (key: string): unknown => (isObject(thrown) ? Reflect.get(thrown, key) : undefined)
  if (read('message') === POLL_GAVE_UP && isObject(read('cause'))) {
    const frames = readFrames(read('stacks'), text(read('stack')), root)
    return { ...describeError(read('cause'), root), frames }
  }
  const code = read('code')
  return {
    name: text(read('name')) ?? (isObject(thrown) ? 'Error' : typeof thrown),
    message: text(read('message')) ?? show(thrown),
    code: typeof code === 'string' || typeof code === 'number' ? String(code) : null,
    expected: read('expected') === undefined ? null : show(read('expected')),
    actual: read('actual') === undefined ? null : show(read('actual')),
    hasComparison: isObject(thrown) && ['expected', 'actual', 'ok'].some((key) => Reflect.has(thrown, key)),
    frames: readFrames(read('stacks'), text(read('stack')), root),
    cause: describeCause(read('cause')),
  }
}

function describeCause(cause: unknown): string | null {
  if (cause === undefined || cause === null) return null
  if (!isObject(cause)) return show(cause)
  const code: unknown = Reflect.get(cause, 'code')
  const label = `${text(Reflect.get(cause, 'name')) ?? 'Error'}: ${text(Reflect.get(cause, 'message')) ?? ''}`
  return code === undefined || code === null ? label : `${label} (${code})`
}

/** Vitest's own frames are mapped to the sources; a bare stack is what unhandled errors have. */
function readFrames(parsed: unknown, stack: string | null, root: string): Frame[] {
  if (Array.isArray(parsed) && parsed.length > 0) return parsed.flatMap((frame: unknown) => toFrame(frame, root))
  return (stack ?? '').split('\n').flatMap((line) => readLine(line, root))
}

/** The first place in code of the project itself, which packages are not. */
export function findOwnFrame(stack: string, root: string): Frame | null {
  for (const line of stack.split('\n')) {
    const [frame] = readLine(line, root)
    if (frame && !/(?:^|[\\/])node_modules[\\/]|^node:/.test(frame.file)) return frame
  }
  return null
}

function readLine(line: string, root: string): Frame[] {
  const found = /(?:\(|at (?:async )?)((?:file:\/\/)?[^()\s][^()]*):(\d+):(\d+)\)?$/.exec(line)
  if (!found) return []
  return toFrame({ file: found[1], line: Number(found[2]), column: Number(found[3]) }, root)
}

function toFrame(frame: unknown, root: string): Frame[] {
  if (!isObject(frame)) return []
  const [file, line, column] = ['file', 'line', 'column'].map((key): unknown => Reflect.get(frame, key))
  if (typeof file !== 'string' || typeof line !== 'number' || typeof column !== 'number') return []
  const path = file.startsWith('file://') ? fileURLToPath(file) : file
  return path.startsWith(WATCHERS) ? [] : [{ file: toProjectPath(path, root), line, column }]
}

/** Relative to the root with forward slashes; a file outside of it stays absolute. */
export function toProjectPath(file: string, root: string): string {
  const path = file.startsWith('file://') ? fileURLToPath(file) : file
  const inside = relative(root, path)
  return (inside.startsWith('..') || isAbsolute(inside) ? path : inside).split(sep).join('/')
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null
}

function text(value: unknown): string | null {
  return typeof value === 'string' ? value : null
}

function show(value: unknown): string {
  if (typeof value === 'string') return value
  try {
    return JSON.stringify(value) ?? String(value)
  } catch {
    return String(value)
  }
}
