import { createServer } from 'node:net'
import type { HarnessState } from '../state.ts'
import type { Mail } from './mail-types.ts'
import { type Envelope, serveSmtp } from './smtp-session.ts'

/** Starts the server on 127.0.0.1 that takes the mail for every host. */
export async function startMailServer({ boundary }: HarnessState): Promise<void> {
  const server = createServer((socket) => {
    socket.unref()
    const waiting = boundary.current.mailAnswer.kind === 'hang' ? boundary.hanging : boundary.mailing
    waiting.add(socket)
    socket.once('close', () => waiting.delete(socket))
    serveSmtp(socket, {
      answer: () => boundary.current.mailAnswer,
      deliver: async (envelope) => {
        boundary.current.mails.push(await readMail(envelope))
        // A pool keeps its connection.
        boundary.mailing.delete(socket)
      },
    })
  })
  boundary.mailServer = server
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  server.unref()
}

async function readMail({ from, to, content }: Envelope): Promise<Mail> {
  const bytes = Buffer.from(content, 'latin1')
  // Few tests send mail.
  const { default: PostalMime } = await import('postal-mime')
  const parsed = await PostalMime.parse(bytes, { attachmentEncoding: 'utf8' })
  return {
    from,
    to,
    subject: parsed.subject ?? '',
    text: (parsed.text ?? '').trimEnd(),
    html: (parsed.html ?? '').trimEnd(),
    headers: Object.fromEntries(parsed.headers.map(({ key, value }) => [key, value])),
    attachments: parsed.attachments.map(({ filename, mimeType, content: text }) => ({
      filename,
      type: mimeType,
      text: String(text),
    })),
    raw: bytes.toString(),
  }
}
