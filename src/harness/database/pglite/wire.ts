import type { DatabasePlace } from '../../faults/connect-directly.ts'
import { connectServer } from '../../faults/postgres/connect-server.ts'
import { listFrames, typeOf } from '../../faults/postgres/frames.ts'
import { noteSent, openLink, settle } from '../../faults/postgres/server-link.ts'
import { startupFrame } from '../../faults/postgres/startup.ts'

/** The other end of a PGlite that has no database within. */
export interface Wire {
  /** Sends frames of Postgres's protocol and resolves with all that is answered to them. */
  exchange(frames: Uint8Array): Promise<Uint8Array>
  close(): void
}

/** Connects to the fault proxy as any other driver would. `notify` gets what the server says to nobody's question. */
export async function openWire(place: DatabasePlace, notify: (frames: Uint8Array) => void): Promise<Wire> {
  let answers: Buffer[] = []
  let isAsked = true
  const access = { ...place, user: 'postgres', password: '', database: 'postgres', tls: null }
  const link = openLink(await connectServer(access), access, (frames) => {
    if (isAsked) answers.push(Buffer.from(frames))
    else notify(Uint8Array.from(frames))
  })
  link.socket.on('error', () => {})
  link.socket.write(startupFrame({ user: access.user, database: access.database }))
  await settle(link)
  isAsked = false
  return {
    exchange: async (frames) => {
      if (link.socket.destroyed) throw new Error('The database of this test is gone.')
      answers = []
      isAsked = true
      const sent = Buffer.from(frames)
      for (const frame of listFrames(sent)) noteSent(link, typeOf(frame))
      link.socket.write(sent)
      await settle(link)
      isAsked = false
      return Uint8Array.from(Buffer.concat(answers))
    },
    close: () => void link.socket.destroy(),
  }
}
