import { createHash, createHmac, pbkdf2Sync, randomBytes } from 'node:crypto'

/** https://www.postgresql.org/docs/current/protocol-message-formats.html, AuthenticationOk and its siblings. */
const HEADER = 5
const [CLEARTEXT, MD5, SASL, SASL_CONTINUE, SASL_FINAL] = [3, 5, 10, 11, 12] as const
const MECHANISM = 'SCRAM-SHA-256'

export interface Credentials {
  readonly user: string
  readonly password: string
}

/** Whether the server lets the client in with this frame, and asks for nothing. */
export function isLetIn(frame: Buffer): boolean {
  return frame.readInt32BE(HEADER) === 0
}

/** Proves to the server who we are: gives the answer to each of its questions, empty where none is due, null for one of another kind. */
export function createAuthentication({ user, password }: Credentials): (frame: Buffer) => Buffer | null {
  const nonce = randomBytes(18).toString('base64')
  const first = `n=,r=${nonce}`
  return (frame) => {
    const rest = frame.subarray(HEADER + 4)
    switch (frame.readInt32BE(HEADER)) {
      case CLEARTEXT:
        return passwordFrame(`${password}\0`)
      case MD5:
        return passwordFrame(`md5${md5(Buffer.from(md5(password + user)), rest)}\0`)
      case SASL:
        return firstFrame(`n,,${first}`)
      case SASL_CONTINUE:
        return passwordFrame(proveScram(password, first, rest.toString()))
      case SASL_FINAL:
        return Buffer.alloc(0)
      default:
        return null
    }
  }
}

function firstFrame(message: string): Buffer {
  const length = Buffer.alloc(4)
  length.writeInt32BE(Buffer.byteLength(message), 0)
  return passwordFrame(Buffer.concat([Buffer.from(`${MECHANISM}\0`), length, Buffer.from(message)]))
}

/** https://www.rfc-editor.org/rfc/rfc5802#section-3 */
function proveScram(password: string, first: string, challenge: string): string {
  const [, nonce = '', salt = '', rounds = ''] = /r=([^,]*),s=([^,]*),i=(\d+)/.exec(challenge) ?? []
  const final = `c=${Buffer.from('n,,').toString('base64')},r=${nonce}`
  const salted = pbkdf2Sync(password.normalize('NFKC'), Buffer.from(salt, 'base64'), Number(rounds), 32, 'sha256')
  const clientKey = hmac(salted, 'Client Key')
  const signature = hmac(createHash('sha256').update(clientKey).digest(), `${first},${challenge},${final}`)
  return `${final},p=${Buffer.from(clientKey.map((byte, at) => byte ^ (signature[at] ?? 0))).toString('base64')}`
}

function hmac(key: Buffer, text: string): Buffer {
  return createHmac('sha256', key).update(text).digest()
}

function md5(...parts: readonly (Buffer | string)[]): string {
  const hash = createHash('md5')
  for (const part of parts) hash.update(part)
  return hash.digest('hex')
}

function passwordFrame(content: Buffer | string): Buffer {
  const body = Buffer.from(content)
  const head = Buffer.alloc(HEADER)
  head.write('p', 0)
  head.writeInt32BE(4 + body.length, 1)
  return Buffer.concat([head, body])
}
