import { expect, test } from 'vitest'
import type { Row } from '../ui/api'
import { PAGE, RowPages } from '../ui/grid/pages'

const page = (start: number, count: number, next: string | null) => ({
  records: Array.from({ length: count }, (_, index) => ({ id: `r${start + index}`, version: '1' }) as Row),
  next,
})

test('pages follow each other by cursor until the end is known', () => {
  const pages = new RowPages()
  expect(pages.need(0, 40)).toEqual({ start: 0, after: '' })
  pages.put(0, page(0, PAGE, 'c1'))
  expect(pages.need(0, PAGE - 1)).toBeNull()
  expect(pages.need(150, 250)).toEqual({ start: PAGE, after: 'c1' })
  pages.put(PAGE, page(PAGE, 5, null))
  expect(pages.end).toBe(PAGE + 5)
  expect(pages.need(150, 999)).toBeNull()
})

test('a far jump starts at the nearest anchor', () => {
  const pages = new RowPages()
  pages.put(0, page(0, PAGE, 'c1'))
  expect(pages.far(50_010)).toBe(true)
  pages.anchor([{ index: 50_000, after: 'far' }])
  expect(pages.need(50_010, 50_050)).toEqual({ start: 50_000, after: 'far' })
})

test('a change is put in place and hands back what was', () => {
  const pages = new RowPages()
  pages.put(0, page(0, 3, null))
  expect(pages.patch('r1', { version: '2' })?.version).toBe('1')
  expect(pages.row(1)?.version).toBe('2')
})
