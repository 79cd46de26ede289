import { parentPort, workerData } from 'node:worker_threads'
import { UserError } from '../errors.ts'
import { type TypeCheckInput, typeCheck } from './type-check.ts'
import type { ThreadAnswer } from './type-check-thread.ts'

function answer(input: TypeCheckInput): ThreadAnswer {
  try {
    return { status: 'checked', findings: typeCheck(input) }
  } catch (error) {
    if (error instanceof UserError) return { status: 'mistake', message: error.message, hint: error.hint }
    throw error
  }
}

parentPort?.postMessage(answer(workerData))
