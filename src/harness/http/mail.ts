import { getState } from '../state.ts'
import type { Mail, MailAnswer } from './mail-types.ts'

/** The mail that the app sends over SMTP, to any host on the usual ports. Accepted unless the test says otherwise. */
export interface MailBox {
  /** What was accepted during this test, in order. */
  readonly sent: readonly Mail[]
  /** Refuses every recipient, e.g. `reject(550)`, `reject(450, 'try later')`; with 530 or 535 the sign-in. */
  reject(code: number, text?: string): void
  /** Nobody listens. */
  refuseConnection(): void
  /** Breaks each connection at its start. */
  resetConnection(): void
  /** Accepts connections and says nothing. */
  hang(): void
}

export const mail: MailBox = {
  get sent() {
    return getState().boundary.current.mails
  },
  reject: (code, text = 'refused by the test') => {
    if (!Number.isInteger(code) || code < 400 || code > 599) {
      throw new Error(`Expected an SMTP code from 400 to 599 such as 550, found ${code}.`)
    }
    answer({ kind: 'reject', code, text })
  },
  refuseConnection: () => answer({ kind: 'refuse' }),
  resetConnection: () => answer({ kind: 'reset' }),
  hang: () => answer({ kind: 'hang' }),
}

function answer(mailAnswer: MailAnswer): void {
  getState().boundary.current.mailAnswer = mailAnswer
}
