import { writeSync } from 'node:fs'
import { builtFile } from '../package-paths.ts'
import { describeError } from '../run/error-facts.ts'
import type { SourceLocation } from '../scan/types.ts'
import type { ProbeRecord } from './record.ts'
import type { MapFrame } from './require-typescript.ts'

export interface Recorder {
  readonly record: (record: ProbeRecord) => void
  /** Where the project's code called what is running now. */
  readonly caller: () => SourceLocation | null
  /** The first frame of the project in the stack of what was thrown. */
  readonly origin: (thrown: unknown) => SourceLocation | null
}

// A registration may be deep inside packages that wrap Express.
const STACK_FRAMES = 100

/** Writes each record at once, so that a child which has to be killed leaves those that it made before. */
export function createRecorder(descriptor: number, root: string, mapFrame: MapFrame): Recorder {
  const own = builtFile('')
  const origin = (thrown: unknown): SourceLocation | null => {
    const frame = describeError(thrown, root).frames.find(({ file }) => isProject(file) && !file.startsWith(own))
    return frame ? mapFrame(frame) : null
  }
  return {
    record: (record) => void writeSync(descriptor, `${JSON.stringify(record)}\n`),
    caller: () => {
      const { stackTraceLimit } = Error
      Error.stackTraceLimit = STACK_FRAMES
      const at = origin(new Error('where am I?'))
      Error.stackTraceLimit = stackTraceLimit
      return at
    },
    origin,
  }
}

function isProject(file: string): boolean {
  return !file.startsWith('node:') && !file.includes('node_modules/')
}
