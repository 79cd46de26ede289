import { connectDirectly } from '../faults/connect-directly.ts'
import type { CopySource, DeskAddress, DeskAnswer, DeskQuestion } from './template-desk.ts'

/** What this test file's database is made of. @throws Error when the engine did not start or the tables can't be made. */
export async function askDesk(desk: DeskAddress): Promise<CopySource> {
  const answer = await ask(desk, 'now')
  if (answer.status === 'ready') return answer.source
  throw new Error('The template of this run was not made.')
}

/** Waits for the template when somebody has asked for it already. When there is none, who asks for it is told why. */
export async function waitForDesk(desk: DeskAddress): Promise<void> {
  await ask(desk, 'if begun').catch(() => {})
}

async function ask({ port, token }: DeskAddress, when: DeskQuestion['when']): Promise<DeskAnswer> {
  const socket = connectDirectly({ host: '127.0.0.1', port })
  const question: DeskQuestion = { token, when }
  socket.write(`${JSON.stringify(question)}\n`)
  const chunks: Buffer[] = []
  for await (const chunk of socket) chunks.push(Buffer.from(chunk))
  const answer: DeskAnswer = JSON.parse(Buffer.concat(chunks).toString())
  if (answer.status !== 'failed') return answer
  const message = answer.hint === null ? answer.message : `${answer.message}\n${answer.hint}`
  throw Object.assign(new Error(message), { code: 'ITEST_NO_DATABASE' })
}
