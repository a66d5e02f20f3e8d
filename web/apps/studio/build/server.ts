/** What the editor asks of the server. */
import { useQuery } from '@tanstack/react-query'
import { request } from '../../../ui/api'
import type { Texts } from '../../../ui/catalog'
import type { Doc, Found, ObjectDef } from './model'

export interface Listed {
  kind: string
  key: string
  pack: string
  version: number
  retired: boolean
  published_at: string
  author: string | null
  labels: Texts
  icon: string | null
  parent: string
  fields: number
}

export interface Published {
  version: number
  body: ObjectDef
}

export interface Draft {
  kind: string
  key: string
  base_version: number
  updated_at?: string
  body: Doc
}

export interface Version {
  version: number
  change_set: string
  author_name: string | null
  published_at: string
  body: ObjectDef
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

export interface Plan {
  operations: Step[]
  problems: Found[]
}

export interface Schema {
  type?: string
  format?: string
  default?: unknown
  enum?: string[]
  anyOf?: Schema[]
  items?: Schema
  properties?: Record<string, Schema>
  $ref?: string
  $defs?: Record<string, Schema>
}

export type FieldTypes = Record<string, { group: string; schema: Schema }>

const path = (kind: string, key: string) => `${encodeURIComponent(kind)}/${encodeURIComponent(key)}`

export const server = {
  list: () => request<Listed[]>('GET', '/api/definitions?retired=true'),
  types: () => request<FieldTypes>('GET', '/api/field-types'),
  get: (key: string, kind = 'object') => request<Published>('GET', `/api/definitions/${path(kind, key)}`),
  other: (kind: 'role' | 'menu' | 'layout' | 'view', key: string) =>
    request<{ version: number; body: Record<string, unknown> }>('GET', `/api/definitions/${path(kind, key)}`),
  drafts: () => request<Draft[]>('GET', '/api/drafts'),
  draft: (key: string) => request<Draft | null>('GET', `/api/drafts/${path('object', key)}`),
  meanwhile: (key: string) =>
    request<{ version: number; others: string[] }>('GET', `/api/drafts/${path('object', key)}/meanwhile`),
  keep: (key: string, body: Doc, base_version: number) =>
    request<unknown>('PUT', `/api/drafts/${path('object', key)}`, { body, base_version }),
  drop: (key: string) => request<unknown>('DELETE', `/api/drafts/${path('object', key)}`),
  check: (definitions: object[], problems_only: boolean) =>
    request<Plan>('POST', '/api/definitions/check', { definitions, problems_only }),
  publish: (definitions: object[], base: Record<string, number>, title: string) =>
    request<{ change_set: string; state: 'done' | 'running' }>('POST', '/api/definitions/publish', { definitions, base, title }),
  changeSet: (id: string) => request<ChangeSet>('GET', `/api/change-sets/${id}`),
  cancel: (id: string) => request<unknown>('POST', `/api/change-sets/${id}/cancel`),
  undo: (changeSet: string) => request<unknown>('POST', `/api/change-sets/${changeSet}/undo`),
  versions: (key: string) => request<Version[]>('GET', `/api/definitions/${path('object', key)}/versions`),
  restorable: (key: string, version: number) =>
    request<Published>('GET', `/api/definitions/${path('object', key)}/versions/${version}`),
}

export const useDefinitions = () => useQuery({ queryKey: ['definitions'], queryFn: server.list })
export const useFieldTypes = () =>
  useQuery({ queryKey: ['field-types'], queryFn: server.types, staleTime: Number.POSITIVE_INFINITY })
