/** The DER bytes of every block of this label in a PEM file; of a file without any PEM, the file itself. */
export function derBlocks(file: Buffer, label: string): Buffer[] {
  const text = file.toString('latin1')
  if (!text.includes('-----BEGIN ')) return [file]
  const pattern = new RegExp(`-----BEGIN ${label}-----([^-]*)-----END ${label}-----`, 'g')
  const blocks = Array.from(text.matchAll(pattern), ([, base64 = '']) => Buffer.from(base64, 'base64'))
  if (blocks.length === 0) throw new Error(`no ${label} in it`)
  return blocks
}
