/** Names end up in paths, log lines and replies. */
export const isUserName = (text: string): boolean =>
  text.length >= 1 &&
  text.length <= 64 &&
  text === text.trim() &&
  text !== '.' &&
  text !== '..' &&
  !text.includes('/') &&
  !/[\0-\x1f\x7f-\x9f]/.test(text) &&
  text.isWellFormed()
