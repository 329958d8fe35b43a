/** A PROXY header of version 2. */
export function binaryHeader(versionAndCommand: number, family: number, content = Buffer.alloc(0)): Buffer {
  const fixed = Buffer.from('\r\n\r\n\0\r\nQUIT\n....', 'latin1')
  fixed.writeUInt8(versionAndCommand, 12)
  fixed.writeUInt8(family, 13)
  fixed.writeUInt16BE(content.length, 14)
  return Buffer.concat([fixed, content])
}

const ports = Buffer.from([56324 >> 8, 56324 & 0xff, 990 >> 8, 990 & 0xff])

/** From 192.0.2.1:56324 to 198.51.100.7:990. */
export const ends4 = Buffer.concat([Buffer.from([192, 0, 2, 1, 198, 51, 100, 7]), ports])

/** From [2001:db8::1]:56324 to [::1]:990. */
export const ends6 = Buffer.concat([
  Buffer.from('20010db8000000000000000000000001', 'hex'),
  Buffer.from('00000000000000000000000000000001', 'hex'),
  ports,
])

export function extension(type: number, value: Buffer): Buffer {
  return Buffer.concat([Buffer.from([type, value.length >> 8, value.length & 0xff]), value])
}
