/** What the pages on duplicates and data quality ask of the server. */
import { type Ref, type Row, request } from '../../../ui/api'

export type Strength = 'certain' | 'likely' | 'hint'
export const STRENGTHS: Strength[] = ['certain', 'likely', 'hint']

export interface Hit {
  object: string
  id: string
  title: string | null
  owner: { id: string; name: string } | null
  rules: string[]
  strength: Strength
  score: number
}

export interface Similar {
  hits: Hit[]
  outside: { object: string; strength: Strength; owner?: { id: string; name: string }; title?: string }[]
  limited: boolean
}

export interface Link {
  one: string
  other: string
  rules: string[]
}

export interface Group {
  key: string
  strength: Strength
  score: number
  members: string[]
  links: Link[]
}

export interface Groups {
  groups: Group[]
  total: number
  at: string | null
  records: Record<string, Row>
}

export interface Compared {
  records: Row[]
  links: Link[]
  survivor: string
  take: Record<string, string>
  fields: string[]
  moves: { object: string; relation: string; counts: Record<string, number> }[]
  may: boolean
}

export interface Standing {
  state: 'ready' | 'running' | 'done' | 'failed' | 'called_off'
  progress: { rules?: number; rows?: number; of?: number; merged?: number; records?: number; refused?: Record<string, number> }
  problem: string
  at: string
}

export interface Pair {
  one: Ref
  other: Ref
  by: string | null
  at: string
}

export interface Figures {
  records: number
  score: number | null
  parts: { filled: number; valid: number; unique: number; recent: number } | null
  fields: { field: string; filled: number; invalid: number; counted: boolean }[]
  invalid: number
  duplicates: number
  stale: number
  stale_before: string
}

export interface Report {
  object: string
  at: string
  figures: Figures
  before: Figures | null
  scores: [string, number | null][]
}

export interface Invalid {
  id: string
  title: string | null
  field: string
  code: string
  rule: string
  /** What the sentence of the rule speaks of. */
  params: Record<string, unknown>
}

const object = (key: string, rest: string) => `/api/objects/${encodeURIComponent(key)}${rest}`

export const isGoing = (job: Standing | null | undefined) => job?.state === 'ready' || job?.state === 'running'

export const data = {
  similar: (key: string, row: object, signal: AbortSignal) =>
    request<{ similar: Similar[] }>('POST', object(key, '/similar'), { row }, signal).then((found) => found.similar[0]),
  similarTo: (key: string, id: string) => request<Similar>('GET', object(key, `/records/${id}/similar`)),
  groups: (key: string, asked: { strength: Strength; rule: string; skip: number; limit: number }) =>
    request<Groups>('POST', object(key, '/duplicates'), asked),
  state: (key: string) =>
    request<{ finding: Standing | null; merging: Standing | null }>('GET', object(key, '/duplicates/state')),
  find: (key: string) => request<unknown>('POST', object(key, '/duplicates/find')),
  mergeCertain: (key: string) => request<unknown>('POST', object(key, '/duplicates/merge-certain')),
  apart: (key: string) => request<Pair[]>('GET', object(key, '/duplicates/apart')),
  setApart: (key: string, ids: string[]) => request<{ pairs: number }>('POST', object(key, '/duplicates/apart'), { ids }),
  putTogether: (key: string, ids: string[]) => request<{ pairs: number }>('POST', object(key, '/duplicates/together'), { ids }),
  compare: (key: string, ids: string[], survivor?: string) =>
    request<Compared>('POST', object(key, '/compare'), { ids, ...(survivor ? { survivor } : {}) }),
  merge: (
    key: string,
    wanted: { survivor: string; losers: string[]; take: Record<string, string>; versions: Record<string, string> },
  ) => request<{ action: string; survivor: string }>('POST', object(key, '/merge'), wanted),
  quality: () => request<{ objects: string[]; reports: Report[]; jobs: Record<string, Standing | null> }>('GET', '/api/quality'),
  look: (key: string) => request<unknown>('POST', `/api/quality/${encodeURIComponent(key)}`),
  invalid: (key: string, field: string) =>
    request<Invalid[]>('GET', `/api/quality/${encodeURIComponent(key)}/invalid?field=${encodeURIComponent(field)}`),
}
