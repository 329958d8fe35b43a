import type { DataConnection, ListenOrder } from './data-connection.js'
import { LocalConnection, type LocalServices } from './local-connection.js'
import type { PassiveListener } from './passive-ports.js'
import { listenOn, type PassivePorts, type PortLease } from './passive-ports.js'

/** Listens in this thread. @throws Fault `no_passive_port` */
export async function listenHere(
  ports: PassivePorts,
  order: ListenOrder,
  services: LocalServices,
): Promise<DataConnection> {
  const lease: PortLease<PassiveListener> = await ports.lease(order.peer, port =>
    listenOn(port, order.host, () => lease[Symbol.dispose]()),
  )
  return new LocalConnection(lease.listener, order, services)
}
