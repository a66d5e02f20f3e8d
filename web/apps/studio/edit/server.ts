/** What every editor of definitions asks of the server. */
import { request } from '../../../ui/api'
import type { AnyDoc, Found } from './model'

export type Kind = 'object' | 'role' | 'menu' | 'layout' | 'view'

export interface Published<T> {
  version: number
  body: T
}

export interface Draft<T> {
  kind: Kind
  key: string
  base_version: number
  updated_at?: string
  body: AnyDoc<T>
}

export interface Version<T> {
  version: number
  change_set: string
  author_name: string | null
  published_at: string
  body: T
}

export interface Step {
  op: string
  object: string
  field: string
  rows: number
  risk: 'none' | 'slow' | 'refuses'
  refused: string
  params: Record<string, unknown>
}

/** A publish; `progress` counts from one, while it runs as a job. */
export interface ChangeSet {
  id: string
  state: 'running' | 'done' | 'failed' | 'cancelled'
  problem: { code: string; params: Record<string, unknown>; errors: Found[] } | null
  progress: { step?: number; steps?: number; rows?: number; of?: number }
  called_off: boolean
}

/** A publish, or the undo of one, as the server took it: done at once, or going on as a job. */
export interface HandedIn {
  change_set: string
  state: 'done' | 'running'
}

export interface Plan {
  operations: Step[]
  problems: Found[]
}

const path = (kind: Kind, key: string) => `${kind}/${encodeURIComponent(key)}`

export const definitions = {
  get: <T>(kind: Kind, key: string) => request<Published<T>>('GET', `/api/definitions/${path(kind, key)}`),
  drafts: <T>() => request<Draft<T>[]>('GET', '/api/drafts'),
  draft: <T>(kind: Kind, key: string) => request<Draft<T> | null>('GET', `/api/drafts/${path(kind, key)}`),
  meanwhile: (kind: Kind, key: string) =>
    request<{ version: number; others: string[] }>('GET', `/api/drafts/${path(kind, key)}/meanwhile`),
  keep: <T>(kind: Kind, key: string, body: AnyDoc<T>, base_version: number) =>
    request<unknown>('PUT', `/api/drafts/${path(kind, key)}`, { body, base_version }),
  drop: (kind: Kind, key: string) => request<unknown>('DELETE', `/api/drafts/${path(kind, key)}`),
  check: (bodies: object[], problems_only: boolean) =>
    request<Plan>('POST', '/api/definitions/check', { definitions: bodies, problems_only }),
  publish: (bodies: object[], base: Record<string, number>, title: string) =>
    request<HandedIn>('POST', '/api/definitions/publish', {
      definitions: bodies,
      base,
      title,
    }),
  changeSet: (id: string) => request<ChangeSet>('GET', `/api/change-sets/${id}`),
  cancel: (id: string) => request<unknown>('POST', `/api/change-sets/${id}/cancel`),
  undo: (changeSet: string) => request<HandedIn>('POST', `/api/change-sets/${changeSet}/undo`),
  versions: <T>(kind: Kind, key: string) => request<Version<T>[]>('GET', `/api/definitions/${path(kind, key)}/versions`),
  restorable: <T>(kind: Kind, key: string, version: number) =>
    request<Published<T>>('GET', `/api/definitions/${path(kind, key)}/versions/${version}`),
}
