/**
 * The character sets a user's names may be written in on the wire. In each of them ASCII is ASCII, and no byte of a
 * character of several bytes is that of a slash or a line end: lines and paths are cut before they are decoded. Those
 * with shift sequences (ISO-2022-JP, UTF-7) and EBCDIC are not among them for that reason.
 */
export const CHARSETS = [
  ...['utf-8', 'us-ascii', 'latin1'],
  ...['iso-8859-1', 'iso-8859-2', 'iso-8859-3', 'iso-8859-4', 'iso-8859-5', 'iso-8859-6', 'iso-8859-7'],
  ...['iso-8859-8', 'iso-8859-9', 'iso-8859-10', 'iso-8859-11', 'iso-8859-13', 'iso-8859-14', 'iso-8859-15'],
  ...['iso-8859-16', 'windows-874', 'windows-1250', 'windows-1251', 'windows-1252', 'windows-1253'],
  ...['windows-1254', 'windows-1255', 'windows-1256', 'windows-1257', 'windows-1258'],
  ...['cp437', 'cp850', 'cp852', 'cp855', 'cp857', 'cp858', 'cp866', 'koi8-r', 'koi8-u', 'macintosh'],
  ...['shift_jis', 'euc-jp', 'gbk', 'gb18030', 'big5', 'euc-kr'],
] as const

export type CharsetName = (typeof CHARSETS)[number]
