/** What the studio asks about exports. */
import { useQuery, useQueryClient } from '@tanstack/react-query'
import { request } from '../../../ui/api'
import type { Filter, Sort } from '../../../ui/filter/model'

export interface Wanted {
  format: 'xlsx' | 'csv'
  fields: string[]
  lines?: string[]
  filter?: Filter
  sort?: Sort[]
  search?: string
  ids?: string[]
  with_ids?: boolean
  calculating?: boolean
  about?: boolean
  language?: string
}

export interface Preview {
  said: string
  count: number
  more: boolean
  columns: { path: string; lines: string; label: string; state: 'clear' | 'masked' | 'mixed'; sensitive: boolean }[]
  rows_per_export: number
  left: number
}

export type State = 'waiting' | 'running' | 'ready' | 'failed' | 'cancelled' | 'over'

export interface Run {
  id: string
  object: string
  format: 'xlsx' | 'csv'
  said: string
  state: State
  expected: number
  rows: number
  lines: number
  cut: number
  masked: string[]
  name: string
  size: number | null
  asked_at: string
  made_at: string | null
  expires_at: string | null
  downloads: number
  problem: { code: string; title: string; detail: string; next: string } | null
  progress: { phase?: 'reading' | 'writing' | 'keeping'; rows?: number; of?: number }
}

export interface Policy {
  rows_per_export: number
  rows_per_day: number
  alert_rows: number
  alert_times: number
  alert_from: number
}

export interface SetPolicy {
  version: number
  policy: Policy
}

export interface Alert {
  id: string
  person: { id: string; name: string | null }
  reason: 'many' | 'unusual'
  at: string
  rows: number
  exports: number
  usual: number
  objects: string[]
  seen_by: string | null
}

const of = (object: string, rest = '') => `/api/objects/${encodeURIComponent(object)}/exports${rest}`
const one = (id: string, rest = '') => `/api/exports/${encodeURIComponent(id)}${rest}`

export const exportsServer = {
  preview: (object: string, wanted: Wanted) => request<Preview>('POST', of(object, '/preview'), wanted),
  begin: (object: string, wanted: Wanted) => request<{ id: string }>('POST', of(object), wanted),
  list: () => request<Run[]>('GET', '/api/exports'),
  one: (id: string) => request<Run>('GET', one(id)),
  end: (id: string) => request<unknown>('DELETE', one(id)),
  again: (id: string) => request<{ id: string }>('POST', one(id, '/again')),
  check: (id: string) => request<unknown>('GET', one(id, '/check')),
  file: (id: string) => one(id, '/file'),
  policy: () => request<SetPolicy>('GET', '/api/export-policy'),
  setPolicy: (body: SetPolicy) => request<SetPolicy>('PUT', '/api/export-policy', body),
  alerts: () => request<Alert[]>('GET', '/api/export-alerts'),
  seen: (id: string) => request<unknown>('POST', `/api/export-alerts/${encodeURIComponent(id)}/seen`),
}

export const isUnderWay = (run: Run | undefined) => run?.state === 'waiting' || run?.state === 'running'

const OFTEN = 800
const SELDOM = 30_000

/** One export, looked at often while it is under way. */
export const useRun = (id: string) =>
  useQuery({
    queryKey: ['exports', id],
    queryFn: () => exportsServer.one(id),
    refetchInterval: (query) => (query.state.data && !isUnderWay(query.state.data) ? false : OFTEN),
    staleTime: 0,
  })

/** All of one's exports. */
export const useRuns = () =>
  useQuery({
    queryKey: ['exports'],
    queryFn: exportsServer.list,
    refetchInterval: (query) => (query.state.data?.some(isUnderWay) ? OFTEN : SELDOM),
    staleTime: 0,
  })

/** Alerts for who may read the log; others ask nothing. */
export const useAlerts = (may: boolean) =>
  useQuery({ queryKey: ['export-alerts'], queryFn: exportsServer.alerts, enabled: may, staleTime: 60_000, retry: false })

export function useForget() {
  const client = useQueryClient()
  return () => client.invalidateQueries({ queryKey: ['exports'] })
}

/** Asks whether the file would be given out, and then lets the browser fetch it; throws the problem otherwise. */
export async function download(run: Pick<Run, 'id' | 'name'>): Promise<void> {
  await exportsServer.check(run.id)
  const link = document.createElement('a')
  link.href = exportsServer.file(run.id)
  link.download = run.name
  document.body.append(link)
  link.click()
  link.remove()
}
