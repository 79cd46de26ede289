import { parentPort, workerData } from 'node:worker_threads'
import { UserError } from '../errors.ts'
import { type FilesTypeCheckInput, typeCheckFiles } from './type-check.ts'
import type { ThreadAnswer } from './type-check-thread.ts'

function answer(input: FilesTypeCheckInput): ThreadAnswer {
  try {
    return { status: 'checked', findings: typeCheckFiles(input) }
  } catch (error) {
    if (error instanceof UserError) return { status: 'mistake', message: error.message, hint: error.hint }
    throw error
  }
}

parentPort?.postMessage(answer(workerData))
