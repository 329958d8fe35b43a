import { aioftp } from './aioftp.js'
import { basicFtp } from './basic-ftp.js'
import type { Client } from './client.js'
import { commonsNet } from './commons-net.js'
import { curl } from './curl.js'
import { filezilla } from './filezilla.js'
import { ftplib } from './ftplib.js'
import { gvfs } from './gvfs.js'
import { lftp } from './lftp.js'
import { netFtp } from './net-ftp.js'
import { rclone } from './rclone.js'
import { wget } from './wget.js'

export const CLIENTS: readonly Client[] = [
  filezilla,
  lftp,
  curl,
  wget,
  rclone,
  ftplib,
  aioftp,
  netFtp,
  commonsNet,
  basicFtp,
  gvfs,
]
