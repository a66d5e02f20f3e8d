/** Rows of a long list by absolute place, filled page by page from keyset cursors. */
import type { Page, Row } from '../api'

export const PAGE = 200

export interface Need {
  start: number
  after: string
}

export class RowPages {
  private readonly rows = new Map<number, Row>()
  private readonly places = new Map<string, number>()
  private readonly cursors = new Map<number, string>([[0, '']])
  /** Known length when the last page has been seen. */
  end: number | null = null

  row(index: number): Row | undefined {
    return this.rows.get(index)
  }

  place(id: string): number | undefined {
    return this.places.get(id)
  }

  get loaded(): number {
    return this.rows.size
  }

  /** Adds cursors of far places. */
  anchor(anchors: { index: number; after: string }[]): void {
    for (const { index, after } of anchors) if (!this.cursors.has(index)) this.cursors.set(index, after)
  }

  /** The next page to ask for so that `from`..`to` fills, or null when all is here. */
  need(from: number, to: number): Need | null {
    const last = this.end === null ? to : Math.min(to, this.end - 1)
    for (let index = Math.max(0, from); index <= last; index++) {
      if (this.rows.has(index)) continue
      let start = 0
      for (const known of this.cursors.keys()) if (known <= index && known > start) start = known
      return { start, after: this.cursors.get(start) ?? '' }
    }
    return null
  }

  /** Whether a jump to `index` would have to walk many pages, so that anchors pay. */
  far(index: number): boolean {
    const need = this.need(index, index)
    return need !== null && index - need.start > PAGE * 2
  }

  put(start: number, page: Page): void {
    page.records.forEach((row, offset) => {
      this.rows.set(start + offset, row)
      this.places.set(row.id, start + offset)
    })
    const next = start + page.records.length
    if (page.next && page.records.length) this.cursors.set(next, page.next)
    else this.end = next
  }

  /** Changes one row in place and returns what it was. */
  patch(id: string, changes: Partial<Row>): Row | undefined {
    const index = this.places.get(id)
    const before = index === undefined ? undefined : this.rows.get(index)
    if (index === undefined || !before) return undefined
    this.rows.set(index, { ...before, ...changes } as Row)
    return before
  }
}
