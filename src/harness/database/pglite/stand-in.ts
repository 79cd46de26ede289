import type { DatabasePlace } from '../../faults/connect-directly.ts'
import { type Listener, Listeners, type ListenerToAll } from './listeners.ts'
import { openTurns, type TakeTurn, type Turns } from './turns.ts'
import { openWire, type Wire } from './wire.ts'

/** What `@electric-sql/pglite` exports, as far as it is needed here; the same from 0.2 to 0.5. */
export interface PgliteModule {
  readonly PGlite: object
  readonly protocol: { readonly Parser: new () => ProtocolParser }
  readonly Mutex: new () => { runExclusive: TakeTurn }
}

interface ProtocolParser {
  parse(bytes: Uint8Array, callback: (message: Message) => void): void
}

interface Message {
  readonly name: string
  readonly channel?: string
  readonly payload?: string
}

/** PGlite's own base class: all of PGlite but its database. Its own worker client is made of it in the same way. */
type Base = new () => {
  serializers: object
  parsers: object
  query(sql: string, parameters?: readonly unknown[]): Promise<unknown>
  _initArrayTypes(options?: { force?: boolean }): Promise<void>
}

interface Options {
  readonly dataDir?: string
  readonly debug?: number
  readonly parsers?: object
  readonly serializers?: object
  readonly extensions?: Readonly<Record<string, Extension | URL>>
}

interface Extension {
  setup(pglite: object, emscripten: object): Promise<ExtensionSetup>
}

interface ExtensionSetup {
  readonly namespaceObj?: object
  readonly init?: () => Promise<void>
  readonly close?: () => Promise<void>
}

interface ExecOptions {
  readonly throwOnError?: boolean
  readonly onNotice?: (notice: Message) => void
}

/**
 * PGlite with the test's database in place of its own, whatever data directory it is asked for: the app's own PGlite
 * still writes each message of the protocol and reads each answer, and between the two stand the faults.
 */
export function standInForPglite(
  { PGlite, protocol, Mutex }: PgliteModule,
  { place, turns }: { place: DatabasePlace; turns: Turns },
): object {
  const PgliteBase: Base = Object.getPrototypeOf(PGlite)
  class StandIn extends PgliteBase {
    readonly debug: number
    readonly dataDir: string | undefined
    readonly waitReady: Promise<void>
    ready = false
    closed = false
    readonly #queries = new Mutex()
    readonly #takeTurn = openTurns(turns, new Mutex())
    readonly #listeners = new Listeners()
    readonly #closing: (() => Promise<void>)[] = []
    #wire: Wire | null = null

    constructor(first?: string | Options, second?: Options) {
      super()
      const options = readOptions(first, second)
      this.debug = options.debug ?? 0
      this.dataDir = options.dataDir
      Object.assign(this.parsers, options.parsers)
      Object.assign(this.serializers, options.serializers)
      this.waitReady = this.#start(options)
      // Who asks first is told.
      this.waitReady.catch(() => {})
    }

    static async create(first?: string | Options, second?: Options): Promise<StandIn> {
      const created = new StandIn(first, second)
      await created.waitReady
      return created
    }

    async #start({ extensions = {} }: Options): Promise<void> {
      this.#wire = await openWire(place, (frames) => this.#read(frames))
      this.ready = true
      await this._initArrayTypes()
      for (const [name, extension] of Object.entries(extensions)) {
        if (extension instanceof URL) continue
        const { namespaceObj, init, close } = await extension.setup(this, {})
        if (namespaceObj) Object.assign(this, { [name]: namespaceObj })
        if (close) this.#closing.push(close)
        await init?.()
      }
    }

    #read(data: Uint8Array): Message[] {
      const messages: Message[] = []
      new protocol.Parser().parse(data, (one) => messages.push(one))
      for (const { name, channel = '', payload = '' } of messages)
        if (name === 'notification') this.#listeners.tell(channel, payload)
      return messages
    }

    async execProtocolRaw(message: Uint8Array): Promise<Uint8Array> {
      if (!this.#wire) throw new Error('PGlite is not ready')
      return this.#wire.exchange(message)
    }

    async execProtocolRawStream(message: Uint8Array, options: { onRawData(data: Uint8Array): void }): Promise<void> {
      options.onRawData(await this.execProtocolRaw(message))
    }

    async execProtocol(
      message: Uint8Array,
      { throwOnError = true, onNotice }: ExecOptions = {},
    ): Promise<{ messages: Message[]; data: Uint8Array }> {
      const data = await this.execProtocolRaw(message)
      const messages = this.#read(data)
      for (const one of messages) if (one.name === 'notice') onNotice?.(one)
      const error = messages.find(({ name }) => name === 'error')
      if (throwOnError && error) throw error
      return { messages, data }
    }

    async execProtocolStream(message: Uint8Array, options?: ExecOptions): Promise<Message[]> {
      return (await this.execProtocol(message, options)).messages
    }

    async _checkReady(): Promise<void> {
      if (this.closed) throw new Error('PGlite is closed')
      if (!this.ready) await this.waitReady
    }

    _runExclusiveQuery<T>(work: () => Promise<T>): Promise<T> {
      return this.#queries.runExclusive(work)
    }

    _runExclusiveTransaction<T>(work: () => Promise<T>): Promise<T> {
      return this.#takeTurn(work)
    }

    async listen(channel: string, listener: Listener): Promise<() => Promise<void>> {
      this.#listeners.add(channel, listener)
      await this.query(`LISTEN ${channel}`)
      return () => this.unlisten(channel, listener)
    }

    async unlisten(channel: string, listener?: Listener): Promise<void> {
      if (!this.#listeners.remove(channel, listener)) await this.query(`UNLISTEN ${channel}`)
    }

    onNotification(listener: ListenerToAll): () => void {
      this.#listeners.addToAll(listener)
      return () => this.offNotification(listener)
    }

    offNotification(listener: ListenerToAll): void {
      this.#listeners.removeFromAll(listener)
    }

    async close(): Promise<void> {
      await this.waitReady
      for (const close of this.#closing) await close()
      this.closed = true
      this.ready = false
      this.#wire?.close()
    }

    async dumpDataDir(): Promise<never> {
      throw new Error('Under itest PGlite has no data directory: the database is not within this process.')
    }

    // The files are those of the test's database.
    async syncToFs(): Promise<void> {}
    async _handleBlob(blob?: unknown): Promise<void> {
      if (blob) throw new Error('Under itest PGlite copies no blobs: the database is not within this process.')
    }
    async _getWrittenBlob(): Promise<undefined> {}
    async _cleanupBlob(): Promise<void> {}
  }
  return Object.defineProperty(StandIn, 'name', { value: 'PGlite' })
}

function readOptions(first?: string | Options, second?: Options): Options {
  return typeof first === 'string' ? { dataDir: first, ...second } : (first ?? second ?? {})
}
