import { createServer } from 'node:net'
import PostalMime from 'postal-mime'
import type { HarnessState } from '../state.ts'
import { noteLate } from './boundary.ts'
import type { Mail } from './mail-types.ts'
import { type Envelope, serveSmtp } from './smtp-session.ts'

/** Starts the server on 127.0.0.1 that takes the mail for every host. */
export async function startMailServer({ boundary }: HarnessState): Promise<void> {
  const server = createServer((socket) => {
    socket.unref()
    const { mailAnswer } = boundary.current
    if (mailAnswer.kind === 'hang') boundary.hanging.add(socket)
    serveSmtp(socket, {
      answer: () => boundary.current.mailAnswer,
      deliver: async (envelope) => {
        const mail = await readMail(envelope)
        if (boundary.current.phase === 'running') boundary.current.mails.push(mail)
        else noteLate(boundary, boundary.current, `mail to ${mail.to.join(', ')}`)
      },
    })
  })
  boundary.mailServer = server
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  server.unref()
}

async function readMail({ from, to, content }: Envelope): Promise<Mail> {
  const bytes = Buffer.from(content, 'latin1')
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
