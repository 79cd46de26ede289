import type { PacketStream } from './packet-stream.ts'
import { contentOf, queryPacket } from './packets.ts'
import { createReplyReader, hasReply, isInTransaction } from './reply.ts'

/** A connection to the server that is logged in. */
export interface ServerLink {
  readonly stream: PacketStream
  /** By which its statement can be killed. */
  readonly connectionId: number
  isInTransaction: boolean
}

/** Sends a command and hands each packet of the answer to `take`. */
export async function exchange(
  link: ServerLink,
  command: Buffer,
  take: (packet: Buffer) => Promise<void>,
): Promise<void> {
  const kind = contentOf(command)[0] ?? 0
  await link.stream.write(command)
  if (!hasReply(kind)) return
  const reader = createReplyReader(kind)
  for (let packet = await link.stream.next(); packet !== null; packet = await link.stream.next()) {
    const isOver = reader.read(packet)
    if (reader.flags !== null) link.isInTransaction = isInTransaction(reader.flags)
    await take(packet)
    if (isOver) return
  }
}

/** Runs a statement of our own; fewer packets when the server is gone. */
export async function ask(link: ServerLink, sql: string): Promise<Buffer[]> {
  const answer: Buffer[] = []
  await exchange(link, queryPacket(sql), async (packet) => void answer.push(packet))
  return answer
}

/** The error that ended an answer of the server, as the answer to a command. */
export function findError(answer: readonly Buffer[]): Buffer | null {
  const found = answer.find((packet) => contentOf(packet)[0] === 0xff)
  if (!found) return null
  const copy = Buffer.from(found)
  copy[3] = 1
  return copy
}
