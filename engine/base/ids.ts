const alphabet = '0123456789abcdefghjkmnpqrstvwxyz'

/** A new id such as `run_6k2m9q4c1xhd`: a prefix and twelve random base-32 characters (60 bits). */
export function newId(prefix: string): string {
  const bytes = crypto.getRandomValues(new Uint8Array(12))
  let text = ''
  for (const byte of bytes) text += alphabet[byte & 31]
  return `${prefix}_${text}`
}
