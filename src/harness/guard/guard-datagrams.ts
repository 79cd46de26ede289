import dgram from 'node:dgram'

/** UDP is dropped, as the network drops what nobody receives: who sends metrics or logs must not notice. */
export function guardDatagrams(blocked: (what: string) => void): void {
  Reflect.set(dgram.Socket.prototype, 'send', function sendNowhere(this: dgram.Socket, ...args: unknown[]) {
    const [, second, third, fourth, fifth] = args
    const isSliced = typeof third === 'number' && typeof second === 'number' && typeof fourth === 'number'
    const [port, host] = isSliced ? [fourth, fifth] : [second, third]
    blocked(`udp ${typeof host === 'string' ? host : 'localhost'}:${typeof port === 'number' ? port : 'connected'}`)
    const callback = args.at(-1)
    if (typeof callback === 'function') process.nextTick(callback, null, 0)
  })
  Reflect.set(dgram.Socket.prototype, 'connect', function connectNowhere(this: dgram.Socket, ...args: unknown[]) {
    const [port, host] = args
    blocked(`udp ${typeof host === 'string' ? host : 'localhost'}:${String(port)}`)
    const callback = args.at(-1)
    if (typeof callback === 'function') this.once('connect', () => callback())
    process.nextTick(() => this.emit('connect'))
  })
}
