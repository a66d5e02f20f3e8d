/** What "Excel to an object" asks of the server. */
import { request } from '../../../ui/api'
import type { ObjectDef } from '../build/model'
import type { ImportLine, ImportMap, Trouble } from '../import/server'

export interface ObjectProposed {
  sheet: string
  definition: ObjectDef
  /** Which column each field comes from. */
  fields: { field: string; column: string }[]
  left_out: string[]
}

export interface Proposal {
  objects: ObjectProposed[]
  maps: ImportMap[]
}

export interface Build {
  id: string
  source: string
  change_set: string
  state: 'running' | 'done' | 'stopped' | 'undoing' | 'undone'
  problem: Trouble | null
  imports: (ImportLine & { map: ImportMap | null })[]
}

const build = (answer: { build: Build | null }) => answer.build

export const excel = {
  propose: (id: string) => request<Proposal>('POST', `/api/imports/${id}/propose`, {}),
  build: (id: string) => request<{ build: Build | null }>('GET', `/api/imports/${id}/build`).then(build),
  begin: (id: string, change_set: string, maps: ImportMap[]) =>
    request<{ build: Build }>('POST', `/api/imports/${id}/build`, { change_set, maps }).then(build),
  act: (id: string, action: 'undo' | 'resume') =>
    request<{ build: Build }>('POST', `/api/import-builds/${id}/${action}`, {}).then(build),
}
