import { parentPort } from 'node:worker_threads'
import { UserError } from '../errors.ts'
import { typeCheckFiles } from './type-check.ts'
import type { ThreadAnswer, ThreadQuestion } from './type-check-thread.ts'

function answer({ id, input }: ThreadQuestion): ThreadAnswer {
  try {
    return { id, status: 'checked', findings: typeCheckFiles(input) }
  } catch (error) {
    if (error instanceof UserError) return { id, status: 'mistake', message: error.message, hint: error.hint }
    throw error
  }
}

parentPort?.on('message', (question: ThreadQuestion) => parentPort?.postMessage(answer(question)))
