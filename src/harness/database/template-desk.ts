import { randomBytes } from 'node:crypto'
import { createServer } from 'node:net'
import { createInterface } from 'node:readline'
import type { OnDemand } from '../on-demand.ts'
import type { Template } from './template.ts'

/** On 127.0.0.1; plain JSON. */
export interface DeskAddress {
  readonly port: number
  /** What is told here may hold a password, so not everybody on this machine is told it. */
  readonly token: string
}

/** What a test file makes its database of; plain JSON. */
export interface CopySource {
  readonly template: Template
  /** Of the name of every database of this run, so that its end can drop them. */
  readonly prefix: string
}

export interface DeskQuestion {
  readonly token: string
  /** `now`: the engine is started for this; `if begun`: nothing is, but what is under way is waited for. */
  readonly when: 'now' | 'if begun'
}

export type DeskAnswer =
  | { readonly status: 'ready'; readonly source: CopySource }
  | { readonly status: 'not begun' }
  | { readonly status: 'failed'; readonly message: string; readonly hint: string | null }

/** Tells the workers of a run about its template: most runs of unit tests need no database, and get no engine. */
export async function openDesk(source: OnDemand<CopySource>): Promise<{ address: DeskAddress; close(): void }> {
  const token = randomBytes(16).toString('hex')
  const server = createServer((socket) => {
    socket.on('error', () => {})
    createInterface({ input: socket }).once('line', async (line) => {
      const question = readQuestion(line)
      if (question?.token !== token) return void socket.destroy()
      socket.end(JSON.stringify(await answer(source, question)))
    })
  })
  server.unref()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('The desk of itest does not listen.')
  return { address: { port: address.port, token }, close: () => void server.close() }
}

/** Anybody on this machine may connect, and say anything. */
function readQuestion(line: string): DeskQuestion | null {
  try {
    return JSON.parse(line)
  } catch {
    return null
  }
}

async function answer(source: OnDemand<CopySource>, { when }: DeskQuestion): Promise<DeskAnswer> {
  if (when === 'if begun' && source.progress === 'not begun') return { status: 'not begun' }
  try {
    return { status: 'ready', source: await source.get() }
  } catch (error) {
    const hint: unknown = error instanceof Error ? Reflect.get(error, 'hint') : null
    const message = error instanceof Error ? error.message : String(error)
    return { status: 'failed', message, hint: typeof hint === 'string' ? hint : null }
  }
}
