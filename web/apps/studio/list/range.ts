/** Cells copied from a sheet: lines of text with tabs between them. */

/** Rows and columns of text copied from a sheet; null for what is no range. */
export function rangeOf(text: string): { rows: number; columns: number; first: string[] } | null {
  const lines = text.replace(/(\r?\n)+$/, '').split(/\r?\n/)
  const first = (lines[0] ?? '').split('\t')
  if (lines.length < 2 || (first.length < 2 && lines.length < 3)) return null
  return { rows: lines.length - 1, columns: first.length, first }
}
