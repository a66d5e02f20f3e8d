/** The map being made: kept in this browser as it changes, with undo, what is wrong with it, and what rows become with it. */
import { keepPreviousData, useQuery } from '@tanstack/react-query'
import { useCallback, useEffect, useMemo, useReducer, useState } from 'react'
import { useCatalog, useMe } from '../../../ui/catalog'
import { type Command, type History, same, step } from '../edit/model'
import { bare, type Context } from './model'
import { type Import, type ImportMap, imports, isBusy, type MapProblem, type PreviewRow, type Sheet } from './server'

const PLACE = (id: string) => `import-map:${id}`

function kept(id: string): ImportMap | null {
  try {
    return JSON.parse(sessionStorage.getItem(PLACE(id)) ?? 'null') as ImportMap | null
  } catch {
    return null
  }
}

/** What a map begins as: what was being made, what is kept, the best proposal for the object one came from, the best of all. */
function first(one: Import, object: string | undefined): ImportMap {
  const draft = kept(one.id)
  if (draft) return draft
  if (one.map) return one.map
  const wanted = one.maps.filter((proposal) => !object || proposal.map.targets.some((target) => target.object === object))
  const best = wanted[0]
  if (best && (object || best.score >= SURE)) return best.map
  const sheet = best?.sheet ?? visible(one)[0]?.name ?? ''
  return { key: object ?? 'import', sheet, targets: object ? [{ object, fields: {} }] : [] }
}

/** From this score on a proposed map is taken without asking. */
const SURE = 0.4

export const visible = (one: Import): Sheet[] => {
  const shown = one.sheets.filter((sheet) => !sheet.hidden && sheet.rows > 0)
  return shown.length ? shown : one.sheets
}

/** Whether the file and its rows are no longer kept. */
export const isSwept = (one: Import): boolean => one.forgotten_on === null && !isBusy(one)

export const sheetOf = (one: Import, map: ImportMap): Sheet | undefined =>
  one.sheets.find((sheet) => sheet.name === map.sheet) ?? visible(one)[0]

export function useMap(one: Import, object: string | undefined) {
  const catalog = useCatalog()
  const me = useMe()
  const [start] = useState<History<ImportMap>>(() => ({ past: [], now: { map: first(one, object) }, future: [], place: '' }))
  const [history, run] = useReducer<History<ImportMap>, [Command<ImportMap>]>(step, start)
  const map = history.now.map as ImportMap
  const sheet = sheetOf(one, map)
  const editable = one.actions.includes('map')
  const shown = editable ? map : (one.map ?? map)
  const context: Context = useMemo(() => ({ catalog, zone: me.person.zone }), [catalog, me.person.zone])
  useEffect(() => {
    if (!editable) return sessionStorage.removeItem(PLACE(one.id))
    sessionStorage.setItem(PLACE(one.id), JSON.stringify(map))
  }, [map, one.id, editable])

  const settled = useSettled(shown)
  const ready = settled.targets.length > 0 && !isSwept(one)
  const checked = useQuery({
    queryKey: ['import-check', one.id, settled],
    queryFn: () => imports.check(one.id, settled),
    enabled: ready && editable,
    placeholderData: keepPreviousData,
    staleTime: Number.POSITIVE_INFINITY,
  })
  const preview = useQuery({
    queryKey: ['import-preview', one.id, settled],
    queryFn: () => imports.preview(one.id, settled),
    enabled: ready,
    placeholderData: keepPreviousData,
    staleTime: Number.POSITIVE_INFINITY,
    retry: false,
  })
  const sample = useQuery({
    queryKey: ['import-sample', one.id, sheet?.name],
    queryFn: () => imports.sample(one.id, sheet?.name ?? ''),
    enabled: Boolean(sheet) && !isSwept(one),
    staleTime: Number.POSITIVE_INFINITY,
    retry: false,
  })
  const problems: MapProblem[] = editable && settled.targets.length ? (checked.data?.errors ?? []) : []
  const rows: PreviewRow[] =
    (ready ? preview.data?.rows : undefined) ?? (sample.data?.rows ?? []).map((row) => ({ ...row, records: {}, problems: [] }))
  return {
    map: shown,
    sheet,
    context,
    editable,
    rows,
    rowsPending: sample.isPending && !preview.data,
    problems,
    pending: ready && editable && (checked.isFetching || map !== settled),
    isKept: one.map !== null && same(bare(one.map), bare(map)),
    canUndo: history.past.length > 0,
    canRedo: history.future.length > 0,
    undo: useCallback(() => run({ do: 'undo' }), []),
    redo: useCallback(() => run({ do: 'redo' }), []),
    change: useCallback(
      (next: ImportMap, place?: string) => run({ do: 'change', doc: { map: next }, ...(place ? { place } : {}) }),
      [],
    ),
  }
}

export type Mapping = ReturnType<typeof useMap>

/** The value once nobody has changed it for a moment. */
function useSettled<T>(value: T): T {
  const [settled, setSettled] = useState(value)
  useEffect(() => {
    const timer = setTimeout(() => setSettled(value), 250)
    return () => clearTimeout(timer)
  }, [value])
  return settled
}
