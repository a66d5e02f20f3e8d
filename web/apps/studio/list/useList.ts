/** The state of a list: what its address says, on top of the chosen view. */
import { useNavigate, useSearch } from '@tanstack/react-router'
import { useCallback, useMemo, useState } from 'react'
import { drawn, isWide } from '../../../kinds/fields/registry'
import type { Question } from '../../../ui/api'
import { type Catalog, fieldOf, type ObjectType, operatorsOf, type View, viewsOf } from '../../../ui/catalog'
import { complete, type Filter, readFilter, readSort, type Sort, writeSort } from '../../../ui/filter/model'
import type { Column } from '../../../ui/grid/Grid'
import { sayIn, useWords } from '../../../ui/i18n'

export interface ListSearch {
  view?: string
  filter?: string
  sort?: string
  search?: string
  columns?: string
  peek?: string
  /** Only records that this import made. */
  made_by?: string
}

export const readListSearch = (raw: Record<string, unknown>): ListSearch =>
  Object.fromEntries(
    ['view', 'filter', 'sort', 'search', 'columns', 'peek', 'made_by'].flatMap((key) => {
      const value = raw[key]
      if (value === undefined || value === null || value === '') return []
      return [[key, typeof value === 'object' ? JSON.stringify(value) : String(value)]]
    }),
  )

export function defaultColumns(object: ObjectType): string[] {
  const keys = object.fields.filter((field) => !isWide(field)).map((field) => field.key)
  const first = keys.includes(object.title) ? [object.title] : []
  return [...first, ...keys.filter((key) => key !== object.title)].slice(0, 9).concat('owner')
}

export function useList(catalog: Catalog, object: ObjectType) {
  const search = useSearch({ strict: false }) as ListSearch
  const navigate = useNavigate()
  const { language } = useWords()
  const views = viewsOf(catalog, object.key)
  const view: View | undefined = views.find((item) => item.key === search.view) ?? views[0]
  const [resized, setResized] = useState<Record<string, number>>({})

  const draft: Filter | undefined = search.filter ? readFilter(search.filter) : (view?.filter ?? undefined)
  const filter = useMemo(
    () =>
      complete(draft, (op, key) => {
        const field = fieldOf(object, key)
        return field ? operatorsOf(catalog, object, field)[op] === 'none' : false
      }),
    [draft, catalog, object],
  )
  const sort: Sort[] = search.sort !== undefined ? readSort(search.sort === 'none' ? '' : search.sort) : (view?.sort ?? [])
  const chosen = search.columns ? search.columns.split(',') : (view?.columns ?? defaultColumns(object))
  const columnKey = chosen.join(',')

  const columns: Column[] = useMemo(
    () =>
      columnKey.split(',').flatMap((key) => {
        const field = fieldOf(object, key)
        if (!field) return []
        const { control } = drawn(catalog, object, field)
        const width = resized[key] ?? view?.widths?.[key] ?? (key === object.title ? 220 : (control.width ?? 140))
        return [{ field, label: sayIn(field.labels, language, key), width, align: control.align }]
      }),
    [columnKey, object, catalog, resized, view, language],
  )
  const set = useCallback(
    (changes: { [K in keyof ListSearch]?: ListSearch[K] | undefined }, replace = true) =>
      void navigate({
        to: '.',
        replace,
        search: ((now: ListSearch) => readListSearch({ ...now, ...changes } as Record<string, unknown>)) as never,
      }),
    [navigate],
  )
  const question: Question = {
    ...(filter ? { filter } : {}),
    ...(sort.length ? { sort } : {}),
    ...(search.search ? { search: search.search } : {}),
    ...(search.made_by ? { made_by: search.made_by } : {}),
  }
  return {
    search,
    view,
    views,
    draft: draft ?? { op: 'and', of: [] },
    filter,
    sort,
    columns,
    chosen,
    question,
    widths: resized,
    resize: (key: string, width: number) => setResized((now) => ({ ...now, [key]: width })),
    set,
    setFilter: (next: Filter) =>
      set({
        filter:
          next.of?.length || next.field ? JSON.stringify(next) : view?.filter ? JSON.stringify({ op: 'and', of: [] }) : undefined,
      }),
    setSort: (next: Sort[]) => set({ sort: writeSort(next) || (view?.sort?.length ? 'none' : undefined) }),
    setColumns: (keys: string[]) => set({ columns: keys.join(',') }),
    changed:
      search.filter !== undefined || search.sort !== undefined || search.columns !== undefined || Object.keys(resized).length > 0,
  }
}

export type ListState = ReturnType<typeof useList>
