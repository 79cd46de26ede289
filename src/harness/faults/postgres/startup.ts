/** https://www.postgresql.org/docs/current/protocol-message-formats.html: a length, the version, then names and values. */
const HEADER = 8

/**
 * The startup packet of a client, to another database as another user: code that names its server names both as well,
 * and here neither exists.
 */
export function enterAs(startup: Buffer, { user, database }: { user: string; database: string }): Buffer {
  const names = readParameters(startup)
  const parameters = Object.entries({ ...names, user, database }).filter(([name, value]) => isKept(name, value))
  const content = Buffer.from(`${parameters.map(([name, value]) => `${name}\0${value}\0`).join('')}\0`)
  const head = Buffer.alloc(HEADER)
  head.writeInt32BE(HEADER + content.length, 0)
  startup.copy(head, 4, 4, HEADER)
  return Buffer.concat([head, content])
}

function readParameters(startup: Buffer): Record<string, string> {
  const parts = startup.toString('utf8', HEADER, startup.readInt32BE(0)).split('\0')
  const parameters: Record<string, string> = {}
  for (let at = 0; parts[at]; at += 2) parameters[parts[at] ?? ''] = parts[at + 1] ?? ''
  return parameters
}

/** Hosts of databases take options such as `project=name`, which are theirs and not the server's. */
function isKept(name: string, value: string): boolean {
  return name !== 'options' || value.startsWith('-')
}

const VERSION = 196608

/** The startup packet of a client of our own. */
export function startupFrame(parameters: Readonly<Record<string, string>>): Buffer {
  const content = Buffer.from(
    `${Object.entries(parameters)
      .map(([name, value]) => `${name}\0${value}\0`)
      .join('')}\0`,
  )
  const head = Buffer.alloc(HEADER)
  head.writeInt32BE(HEADER + content.length, 0)
  head.writeInt32BE(VERSION, 4)
  return Buffer.concat([head, content])
}
