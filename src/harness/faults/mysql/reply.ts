import { COMMAND, contentOf, readLength } from './packets.ts'

/** Follows the answer to one command, packet by packet. */
export interface ReplyReader {
  /** Whether the answer ends with this packet. */
  read(packet: Buffer): boolean
  /** The server's flags, as soon as it has said them; null while it has not. */
  readonly flags: number | null
}

const IN_TRANSACTION = 0x0001
const MORE_RESULTS = 0x0008
const CURSOR_EXISTS = 0x0040

export function isInTransaction(flags: number): boolean {
  return (flags & IN_TRANSACTION) !== 0
}

/** Commands that the server does not answer. */
export function hasReply(command: number): boolean {
  return command !== COMMAND.quit && command !== COMMAND.close && command !== COMMAND.sendLongData
}

export function createReplyReader(command: number): ReplyReader {
  if (command === COMMAND.query || command === COMMAND.execute) return readResults()
  if (command === COMMAND.prepare) return readPrepared()
  return { flags: null, read: () => true }
}

/** One result or several, each with rows or without. */
function readResults(): ReplyReader {
  let part: 'head' | 'columns' | 'rows' = 'head'
  let said: number | null = null
  const end = (flags: number): boolean => {
    said = flags
    part = 'head'
    return (flags & MORE_RESULTS) === 0
  }
  return {
    get flags() {
      return said
    },
    read: (packet: Buffer): boolean => {
      const content = contentOf(packet)
      const isEnd = content[0] === 0xfe && content.length < 9
      if (content[0] === 0xff && part !== 'columns') return true
      if (part === 'head') {
        if (content[0] === 0x00) return end(flagsOfOk(content))
        part = 'columns'
        return false
      }
      if (!isEnd) return false
      const flags = content.readUInt16LE(3)
      if (part === 'rows' || (flags & CURSOR_EXISTS) !== 0) return end(flags)
      part = 'rows'
      return false
    },
  }
}

function flagsOfOk(content: Buffer): number {
  const affected = readLength(content, 1)
  return content.readUInt16LE(readLength(content, affected.end).end)
}

/** The head says how many parameters and columns are described behind it, each list with an end of its own. */
function readPrepared(): ReplyReader {
  let left: number | null = null
  return {
    flags: null,
    read: (packet) => {
      const content = contentOf(packet)
      if (left === null) {
        if (content[0] !== 0x00) return true
        const { columns, parameters } = readStatementHead(content)
        left = (columns > 0 ? columns + 1 : 0) + (parameters > 0 ? parameters + 1 : 0)
      } else left -= 1
      return left === 0
    },
  }
}

/** Of the answer to COM_STMT_PREPARE. */
export function readStatementHead(content: Buffer): { id: number; columns: number; parameters: number } {
  return { id: content.readUInt32LE(1), columns: content.readUInt16LE(5), parameters: content.readUInt16LE(7) }
}
