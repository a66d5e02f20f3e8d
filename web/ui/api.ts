/** The typed HTTP client: JSON in and out, problems as one error class. */
import type { Filter, Sort } from './filter/model'

export interface ProblemItem {
  pointer?: string
  code: string
  params?: Record<string, unknown>
  detail?: string
}

export interface ProblemBody {
  status: number
  code: string
  title?: string
  detail?: string
  params?: Record<string, unknown>
  errors?: ProblemItem[]
}

export class ApiProblem extends Error {
  readonly body: ProblemBody
  constructor(body: ProblemBody) {
    super(body.detail || body.title || body.code)
    this.body = body
  }
}

export interface Ref {
  id: string
  title?: string
  name?: string
}

export type Row = {
  id: string
  version: string
  owner?: { id: string; name: string } | null
  _states?: Record<string, 'masked' | 'read'>
  _actions?: string[]
} & Record<string, unknown>

export interface Question {
  fields?: string[]
  filter?: Filter
  sort?: Sort[]
  search?: string
  limit?: number
  after?: string
  deleted?: boolean
  ids?: string[]
  made_by?: string
}

export interface Page {
  records: Row[]
  next: string | null
}

export interface Written {
  action: string
  ids: string[]
  created: number
  updated: number
  unchanged?: number
  problems?: ({ row: number } & ProblemItem)[]
}

export interface Session {
  person: {
    id: string
    name: string
    email: string
    department?: Ref | string | null
    language: string
    zone: string
    theme: string
  }
  roles: (string | { key: string })[]
  system_rights: string[]
}

export interface StoredFile {
  id: string
  name: string
  size: number
  media_type: string
  width?: number | null
  height?: number | null
}

export interface HistoryValue {
  field: string
  before?: unknown
  after?: unknown
}

async function failure(response: Response): Promise<ApiProblem> {
  const body = (await response.json().catch(() => ({}))) as Partial<ProblemBody>
  return new ApiProblem({ ...body, status: response.status, code: body.code ?? `http_${response.status}` })
}

/** A body that is a form goes with its files, anything else as JSON. */
export async function request<T>(method: string, path: string, body?: unknown, signal?: AbortSignal): Promise<T> {
  const init: RequestInit = { method, credentials: 'same-origin', headers: { Accept: 'application/json' } }
  if (signal) init.signal = signal
  if (body instanceof FormData) init.body = body
  else if (method !== 'GET') {
    init.headers = { ...init.headers, 'Content-Type': 'application/json' }
    init.body = JSON.stringify(body ?? {})
  }
  let response: Response
  try {
    response = await fetch(path, init)
  } catch (reason) {
    if (signal?.aborted) throw reason
    throw new ApiProblem({ status: 0, code: 'offline' })
  }
  if (!response.ok) throw await failure(response)
  if (response.status === 204) return undefined as T
  const text = await response.text()
  return (text ? JSON.parse(text) : undefined) as T
}

const object = (key: string, rest = '') => `/api/objects/${encodeURIComponent(key)}${rest}`
const record = (key: string, id: string, rest = '') => object(key, `/records/${encodeURIComponent(id)}${rest}`)

export const api = {
  session: () => request<Session>('GET', '/api/session'),
  signIn: (email: string, password: string) => request<unknown>('POST', '/api/session', { email, password }),
  signOut: () => request<unknown>('DELETE', '/api/session'),
  settings: (changes: { language?: string; zone?: string; theme?: string }) => request<unknown>('PATCH', '/api/session', changes),
  query: (key: string, question: Question, signal?: AbortSignal) =>
    request<Page>('POST', object(key, '/query'), question, signal),
  count: (key: string, question: Pick<Question, 'filter' | 'search' | 'deleted' | 'made_by'>) =>
    request<{ count: number; capped: boolean }>('POST', object(key, '/count'), question),
  aggregate: (key: string, question: object) =>
    request<{ rows: { d: unknown[]; m: unknown[] }[]; total: unknown[] }>('POST', object(key, '/aggregate'), question),
  anchors: (key: string, question: Pick<Question, 'filter' | 'sort' | 'search' | 'made_by'>) =>
    request<{ anchors: { index: number; after: string }[]; count: number }>('POST', object(key, '/anchors'), question),
  get: (key: string, id: string) => request<Row>('GET', record(key, id)),
  create: (key: string, row: object) => request<Written>('POST', object(key, '/records'), { row }),
  update: (key: string, id: string, changes: object) => request<Written>('PATCH', record(key, id), changes),
  remove: (key: string, id: string) => request<Written>('DELETE', record(key, id)),
  restore: (key: string, id: string) => request<Written>('POST', record(key, id, '/restore')),
  batch: (key: string, body: object) => request<Written>('POST', object(key, '/batch'), body),
  undo: (action: string) => request<unknown>('POST', `/api/actions/${action}/undo`),
  history: (key: string, id: string) => request<unknown>('GET', record(key, id, '/history')),
  externalIds: (key: string, id: string) => request<{ source: string; id: string }[]>('GET', record(key, id, '/external-ids')),
  reveal: (key: string, id: string, field: string) => request<{ value: unknown }>('POST', record(key, id, '/reveal'), { field }),
  merged: (key: string, ids: string[]) =>
    request<Record<string, { survivor: string; title: string | null; action: string }>>('POST', object(key, '/merged'), { ids }),
  related: (key: string, id: string, other: string, relation: string) =>
    request<Page>('GET', record(key, id, `/related/${other}/${relation}`)),
  pick: (key: string, search: string) => request<Ref[]>('POST', object(key, '/pick'), { search }),
  options: (kind: 'people' | 'departments' | 'teams', search: string) =>
    request<Ref[]>('GET', `/api/options/${kind}?search=${encodeURIComponent(search)}`),
  saveView: (key: string, view: object) => request<unknown>('PUT', `/api/views/${key}`, view),
  fileAddress: (key: string, id: string, field: string, file: string) => record(key, id, `/files/${field}/${file}`),
  upload(file: File): Promise<StoredFile> {
    const body = new FormData()
    body.append('file', file, file.name)
    return request('POST', '/api/files', body)
  },
}
