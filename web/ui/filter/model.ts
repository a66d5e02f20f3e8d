/** Filters and sorts as data, with small pure edits; the same shape as on the wire. */

export interface Filter {
  op: string
  field?: string
  value?: unknown
  of?: Filter[]
}

export interface Sort {
  field: string
  descending?: boolean
}

export const isGroup = (filter: Filter) => filter.op === 'and' || filter.op === 'or' || filter.op === 'not'

export const group = (op: 'and' | 'or', of: Filter[] = []): Filter => ({ op, of })

export type Path = readonly number[]

/** The filter with the node at `path` replaced; null removes it. */
export function replaceAt(root: Filter, path: Path, node: Filter | null): Filter {
  const [index, ...rest] = path
  if (index === undefined) return node ?? group('and')
  const of = [...(root.of ?? [])]
  const child = of[index]
  if (!child) return root
  if (rest.length) of[index] = replaceAt(child, rest, node)
  else if (node) of[index] = node
  else of.splice(index, 1)
  return { ...root, of }
}

export function appendAt(root: Filter, path: Path, node: Filter): Filter {
  const [index, ...rest] = path
  if (index === undefined) return { ...root, of: [...(root.of ?? []), node] }
  const of = [...(root.of ?? [])]
  const child = of[index]
  if (!child) return root
  of[index] = appendAt(child, rest, node)
  return { ...root, of }
}

const isEmpty = (value: unknown) =>
  value === undefined || value === null || value === '' || (Array.isArray(value) && value.length === 0)

/** What may be sent: rows without a value and empty groups left out; undefined when nothing is left. */
export function complete(filter: Filter | undefined, takesNone: (op: string, field: string) => boolean): Filter | undefined {
  if (!filter) return undefined
  if (isGroup(filter)) {
    const of = (filter.of ?? []).map((child) => complete(child, takesNone)).filter((child) => child !== undefined)
    if (!of.length) return undefined
    const only = of[0]
    return of.length === 1 && only && filter.op !== 'not' ? only : { op: filter.op, of }
  }
  if (!filter.field) return undefined
  if (takesNone(filter.op, filter.field)) return { op: filter.op, field: filter.field }
  return isEmpty(filter.value) ? undefined : { op: filter.op, field: filter.field, value: filter.value }
}

export function conditions(filter: Filter | undefined): number {
  if (!filter) return 0
  return isGroup(filter) ? (filter.of ?? []).reduce((sum, child) => sum + conditions(child), 0) : 1
}

/** Joins filters that may be missing. */
export function both(...filters: (Filter | undefined)[]): Filter | undefined {
  const of = filters.filter((filter) => filter !== undefined)
  return of.length > 1 ? { op: 'and', of } : of[0]
}

export const writeSort = (sort: Sort[]) => sort.map((item) => (item.descending ? `-${item.field}` : item.field)).join(',')

export const readSort = (text: string | undefined): Sort[] =>
  (text ?? '')
    .split(',')
    .filter(Boolean)
    .map((item) => (item.startsWith('-') ? { field: item.slice(1), descending: true } : { field: item }))

export function readFilter(text: string | undefined): Filter | undefined {
  if (!text) return undefined
  try {
    const found: unknown = JSON.parse(text)
    return found && typeof found === 'object' && 'op' in found ? (found as Filter) : undefined
  } catch {
    return undefined
  }
}

/** Clicking a heading walks up, down, none; with `add` other sorts stay. */
export function nextSort(sort: Sort[], field: string, add: boolean): Sort[] {
  const now = sort.find((item) => item.field === field)
  const next = now ? (now.descending ? [] : [{ field, descending: true }]) : [{ field }]
  return add ? [...sort.filter((item) => item.field !== field), ...next] : next
}
