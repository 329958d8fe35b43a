import * as z from 'zod'
import { network } from './network.js'

export const proxyProtocol = () =>
  z.strictObject({
    from: z
      .array(network(), { error: 'a list of networks' })
      .default([])
      .describe(
        'Networks of these load balancers, in CIDR form. Every connection from there must begin with a PROXY header; none from elsewhere may. Empty: off.',
      ),
    data: z
      .boolean()
      .default(true)
      .describe(
        '`true`: data connections come through them too, with a header. `false`: clients open those directly.',
      ),
  })
