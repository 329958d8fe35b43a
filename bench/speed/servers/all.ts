import type { Server } from '../server.js'
import { bareNode } from './bare-node.js'
import { ftpSrv } from './ftp-srv.js'
import { openssl } from './openssl.js'
import { portcullis, portcullisRename, portcullisWorkers } from './portcullis.js'
import { proftpd } from './proftpd.js'
import { pureFtpd } from './pure-ftpd.js'
import { pyftpdlib } from './pyftpdlib.js'
import { vsftpd } from './vsftpd.js'

/** In the order of the columns. */
export const SERVERS: readonly Server[] = [
  portcullis,
  portcullisRename,
  portcullisWorkers,
  openssl,
  bareNode,
  vsftpd,
  proftpd,
  pureFtpd,
  pyftpdlib,
  ftpSrv,
]
