/** What the import pages ask of the server, and the shapes it answers with. */
import { useQuery } from '@tanstack/react-query'
import { request } from '../../../ui/api'

export type State =
  | 'reading'
  | 'mapping'
  | 'trying'
  | 'ready'
  | 'running'
  | 'paused'
  | 'done'
  | 'failed'
  | 'cancelled'
  | 'undoing'
  | 'undone'

export type Action = 'map' | 'try' | 'run' | 'pause' | 'resume' | 'cancel' | 'again' | 'undo' | 'delete'

/** Something that was noticed or mended while the file was read. */
export interface Note {
  code: string
  count: number
  first: string
  params: Record<string, unknown>
}

export interface Guess {
  type: string
  options: Record<string, unknown>
  confidence: number
  day_first?: boolean | null
  ambiguous?: boolean
  formats?: string[]
  decimal?: string
  currency?: string
  unit?: string
  country?: string
  words?: Record<string, unknown>
}

export interface FileColumn {
  name: string
  header: string
  place: number
  letter?: string
  filled: number
  distinct: number
  distinct_capped?: boolean
  examples: string[]
  guess: Guess
}

export interface Sheet {
  name: string
  rows: number
  header_row: number
  hidden: boolean
  bad: number
  columns: FileColumn[]
  notes: Note[]
}

export type Transform =
  | { kind: 'collapse' | 'width' }
  | { kind: 'case'; to: 'upper' | 'lower' | 'title' }
  | { kind: 'country'; words?: Record<string, string> }
  | { kind: 'phone'; country?: string }
  | { kind: 'date'; order?: '' | 'dmy' | 'mdy' | 'ymd'; formats?: string[] }
  | { kind: 'number'; decimal?: '.' | ','; units?: string[] }
  | { kind: 'split'; by: string; part?: number }
  | { kind: 'replace'; values: Record<string, string> }

export type Understood =
  | { kind: 'instant'; zone: string; format?: string }
  | { kind: 'country'; words?: Record<string, string | null> }
  | { kind: 'amount'; currency?: string; column?: string }
  | { kind: 'begins'; text: string }
  | { kind: 'choose'; values: Record<string, unknown>; otherwise?: unknown }

/** Where a field's value comes from: exactly one of column, template, constant and record. */
export interface Value {
  column?: string
  template?: string
  constant?: unknown
  record?: string
  find?: { by: string; create?: boolean } | null
  transforms?: Transform[]
  as?: Understood | null
  otherwise?: Value | null
}

export interface Target {
  object: string
  name?: string
  match?: string[]
  existing?: 'keep' | 'update' | 'skip'
  on_empty?: 'leave' | 'clear'
  when?: string
  owner?: Value | null
  fields: Record<string, Value>
}

export interface ImportMap {
  key: string
  sheet?: string
  rules?: boolean
  citation?: string
  version?: number
  targets: Target[]
}

export interface TargetCounts {
  created: number
  updated: number
  unchanged: number
  skipped: number
}

export interface Counts {
  stage: 'read' | 'try' | 'run' | 'undo'
  rows: number
  of: number
  loaded: number
  refused: number
  skipped: number
  targets: Record<string, TargetCounts>
  deleted?: number
  restored?: number
  kept?: number
}

export interface Trouble {
  code: string
  title: string
  detail: string
  next: string
  params: Record<string, unknown>
}

export interface ImportLine {
  id: string
  name: string
  state: State
  person: { id: string; name: string } | null
  mine: boolean
  file: { name: string; size: number; kind: string; encoding: string; delimiter: string }
  progress: Counts | null
  tried: Counts | null
  rules: boolean
  wanted: '' | 'pause' | 'cancel'
  waiting: number
  problem: Trouble | null
  actions: Action[]
  created_at: string
  updated_at: string
  started_at: string | null
  finished_at: string | null
  forgotten_on: string | null
}

export interface ProposedMap {
  object: string
  sheet: string
  score: number
  source: 'saved' | 'shape' | 'suggested'
  name: string
  map: ImportMap
}

export interface Import extends ImportLine {
  sheets: Sheet[]
  notes: Note[]
  map: ImportMap | null
  maps: ProposedMap[]
}

/** What is wrong with a cell; column "" is the whole row. */
export interface CellProblem {
  column: string
  value: string
  code: string
  rule: string
  params: Record<string, unknown>
  detail: string
  next: string
}

export interface MapProblem {
  pointer: string
  code: string
  detail: string
  params: Record<string, unknown>
}

export interface PreviewRow {
  number: number
  cells: string[]
  records: Record<string, Record<string, unknown>>
  problems: CellProblem[]
}

export interface BadRow {
  number: number
  cells: string[]
  state: 'waiting' | 'loaded' | 'dropped'
  mended: boolean
  problems: CellProblem[]
}

export interface ProblemGroup {
  column: string
  code: string
  rule: string
  count: number
  detail: string
  values: { value: string; count: number }[]
}

export interface BadRows {
  columns: string[]
  rows: BadRow[]
  next: number | null
  counts: { waiting: number; loaded: number; dropped: number }
  problems: ProblemGroup[]
}

export interface RowsWanted {
  trial: boolean
  column?: string | undefined
  code?: string | undefined
  rule?: string | undefined
  text?: string | undefined
  which?: 'waiting' | 'loaded' | 'dropped' | undefined
}

export interface Change {
  column: string
  kind: string
  before: string
  after: string
  cells: number
}

export interface Report {
  targets: (TargetCounts & { target: string; object: string; there: number })[]
  sums: { object: string; field: string; column: string; currency: string; source: string; stored: string; same: boolean }[]
  distinct: { object: string; field: string; column: string; source: number; capped: boolean; stored: number; same?: boolean }[]
  samples: {
    number: number
    records: {
      target: string
      object: string
      id: string
      fields: { field: string; column: string; cell: string; stored: unknown }[]
    }[]
  }[]
  changes: { column: string; kind: string; cells: number; distinct: number; examples: [string, string][] }[]
  notes: Note[]
}

export interface Kept {
  object: string
  id: string
  title: string
  fields: string[]
  why: string
}

export interface SavedMap {
  id: string
  name: string
  shared: boolean
  mine: boolean
  shape: string
  map: ImportMap
  person: { id: string; name: string }
}

const BASE = '/api/imports'
const at = (id: string, rest = '') => `${BASE}/${encodeURIComponent(id)}${rest}`
const asQuery = (given: object) => {
  const entries = Object.entries(given).filter(([, value]) => value !== undefined && value !== '' && value !== false)
  return new URLSearchParams(entries.map(([key, value]) => [key, String(value)])).toString()
}

export const imports = {
  list: (all: boolean, after?: string | null, limit = 50) =>
    request<{ imports: ImportLine[]; next: string | null }>('GET', `${BASE}?${asQuery({ all, after: after ?? '', limit })}`),
  get: (id: string) => request<Import>('GET', at(id)),
  paste: (text: string, name: string) => request<Import>('POST', `${BASE}/pasted`, { text, name }),
  header: (id: string, sheet: string, row: number) => request<Import>('POST', at(id, '/header'), { sheet, row }),
  sample: (id: string, sheet: string, limit = 20) =>
    request<{ rows: { number: number; cells: string[] }[] }>('GET', at(id, `/sample?${asQuery({ sheet, limit })}`)),
  setMap: (id: string, map: ImportMap) => request<Import>('PUT', at(id, '/map'), map),
  check: (id: string, map: ImportMap) => request<{ errors: MapProblem[] }>('POST', at(id, '/check'), map),
  suggest: (id: string, object: string, sheet: string) =>
    request<{ map: ImportMap; columns: { column: string; field: string; score: number }[] }>('POST', at(id, '/suggest'), {
      object,
      sheet,
    }),
  preview: (id: string, map: ImportMap, limit = 20) =>
    request<{ rows: PreviewRow[] }>('POST', at(id, '/preview'), { map, after: 0, limit }),
  act: (id: string, action: Exclude<Action, 'map' | 'delete' | 'run'>) => request<Import>('POST', at(id, `/${action}`), {}),
  run: (id: string, rules: boolean) => request<Import>('POST', at(id, '/run'), { rules }),
  forget: (id: string) => request<unknown>('DELETE', at(id)),
  automation: (id: string) => request<{ starts: string[] }>('GET', at(id, '/automation')),
  rows: (id: string, wanted: RowsWanted, after = 0, limit = 100) =>
    request<BadRows>('GET', at(id, `/rows?${rowsQuery(wanted, after, limit)}`)),
  mend: (id: string, row: number, cells: Record<string, string>) => request<BadRow>('PATCH', at(id, `/rows/${row}`), { cells }),
  replace: (id: string, column: string, value: string, by: string) =>
    request<{ changed: number; clean: number }>('POST', at(id, '/rows/replace'), { column, value, with: by }),
  drop: (id: string, which: object) => request<{ dropped: number }>('POST', at(id, '/rows/drop'), which),
  keep: (id: string, which: object) => request<{ kept: number }>('POST', at(id, '/rows/keep'), which),
  errors: (id: string, trial: boolean) => at(id, `/errors?${asQuery({ trial })}`),
  report: (id: string) => request<Report>('GET', at(id, '/report')),
  changes: (id: string, column: string, kind: string, after?: string | null) =>
    request<{ changes: Change[]; next: string | null }>(
      'GET',
      at(id, `/changes?${asQuery({ column, kind, after: after ?? '' })}`),
    ),
  kept: (id: string, after?: string | null) =>
    request<{ records: Kept[]; next: string | null }>('GET', at(id, `/kept?${asQuery({ after: after ?? '' })}`)),
}

/** An empty column name means problems of the whole row; none, all problems. */
function rowsQuery(wanted: RowsWanted, after: number, limit: number): string {
  const { column, ...rest } = wanted
  const query = asQuery({ ...rest, after, limit })
  return column === undefined ? query : `${query}&column=${encodeURIComponent(column)}`
}

export const savedMaps = {
  list: () => request<{ maps: SavedMap[] }>('GET', '/api/import-maps'),
  save: (name: string, map: ImportMap, shared: boolean, of: string) =>
    request<SavedMap>('POST', '/api/import-maps', { name, map, shared, import: of }),
  change: (id: string, changes: Partial<Pick<SavedMap, 'name' | 'shared' | 'map'>>) =>
    request<SavedMap>('PATCH', `/api/import-maps/${id}`, changes),
  remove: (id: string) => request<unknown>('DELETE', `/api/import-maps/${id}`),
}

const BUSY: readonly State[] = ['reading', 'trying', 'running', 'undoing']
export const isBusy = (one: { state: State } | undefined) => Boolean(one && BUSY.includes(one.state))

/** The import, asked again while something goes on. */
export const useImport = (id: string) =>
  useQuery({
    queryKey: ['import', id],
    queryFn: () => imports.get(id),
    refetchInterval: (query) => (isBusy(query.state.data) ? 700 : false),
    staleTime: 0,
  })
