export type Listener = (payload: string) => void
export type ListenerToAll = (channel: string, payload: string) => void

/** Who listens to which channel of a database. */
export class Listeners {
  readonly #byChannel = new Map<string, Set<Listener>>()
  readonly #toAll = new Set<ListenerToAll>()

  add(channel: string, listener: Listener): void {
    const name = readName(channel)
    const known = this.#byChannel.get(name) ?? new Set()
    this.#byChannel.set(name, known.add(listener))
  }

  /** Takes one away, or all of the channel. Whether any is left. */
  remove(channel: string, listener?: Listener): boolean {
    const name = readName(channel)
    const known = this.#byChannel.get(name)
    if (listener) known?.delete(listener)
    if (listener && known && known.size > 0) return true
    this.#byChannel.delete(name)
    return false
  }

  addToAll(listener: ListenerToAll): void {
    this.#toAll.add(listener)
  }

  removeFromAll(listener: ListenerToAll): void {
    this.#toAll.delete(listener)
  }

  tell(channel: string, payload: string): void {
    for (const listener of this.#byChannel.get(channel) ?? []) listener(payload)
    for (const listener of this.#toAll) listener(channel, payload)
  }
}

/** As Postgres reads the name of a channel. */
function readName(channel: string): string {
  return channel.startsWith('"') ? channel.slice(1, -1).replaceAll('""', '"') : channel.toLowerCase()
}
