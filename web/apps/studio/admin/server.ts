/** What the administration asks of the server. */
import { useQuery } from '@tanstack/react-query'
import { type Ref, request } from '../../../ui/api'
import type { Texts } from '../../../ui/catalog'
import type { Listed, RightsObject, Role } from './roles'

export interface Person {
  id: string
  email: string
  name: string
  department: string | null
  language: string
  zone: string
  active: boolean
  roles: string[]
  teams: string[]
}

export interface Department {
  id: string
  name: string
  parent: string | null
  head: string | null
  retired: boolean
}

export interface Team {
  id: string
  name: string
  members: string[]
}

export interface ApiKey {
  id: string
  name: string
  person: string
  objects: string[] | null
  read_only: boolean
  created_at: string
  expires_at: string
  used_at: string | null
  revoked_at: string | null
}

export interface Entry {
  id: string
  at: string
  actor_name: string | null
  operation: string
  object: string | null
  record: string | null
  fields: string[] | null
  address: string | null
  records: number | null
}

export interface Sees {
  roles: string[]
  system_rights: string[]
  objects: {
    object: string
    labels: Texts
    everything: boolean
    actions: string[]
    reveal: string[]
    grants: { role: string; rows: string }[]
    fields: Record<string, string>
  }[]
}

export type PersonBody = Omit<Person, 'id' | 'active'>
type Place = Pick<Department, 'name' | 'parent' | 'head'>

const people = (rest = '') => `/api/people${rest}`

export const server = {
  people: (search: string) => request<Person[]>('GET', people(`?search=${encodeURIComponent(search)}`)),
  addPerson: (body: PersonBody) => request<{ id: string; password: string }>('POST', people(), body),
  changePerson: (id: string, body: Partial<PersonBody> & { active?: boolean }) =>
    request<Person>('PATCH', people(`/${id}`), body),
  resetPassword: (id: string) => request<{ password: string }>('POST', people(`/${id}/password`)),
  sees: (id: string) => request<Sees>('GET', people(`/${id}/sees`)),
  roles: () => request<{ id: string; labels: Texts }[]>('GET', '/api/options/roles'),
  names: () => request<Ref[]>('GET', '/api/options/people'),
  departments: () => request<Department[]>('GET', '/api/departments'),
  addDepartment: (body: Place) => request<{ id: string }>('POST', '/api/departments', body),
  changeDepartment: (id: string, body: Place & { retired?: boolean }) =>
    request<Department>('PATCH', `/api/departments/${id}`, body),
  teams: () => request<Team[]>('GET', '/api/teams'),
  addTeam: (body: Omit<Team, 'id'>) => request<{ id: string }>('POST', '/api/teams', body),
  changeTeam: (id: string, body: Omit<Team, 'id'>) => request<Team>('PATCH', `/api/teams/${id}`, body),
  keys: () => request<ApiKey[]>('GET', '/api/keys'),
  addKey: (body: { name: string; objects: string[] | null; read_only: boolean; days: number }) =>
    request<{ id: string; key: string }>('POST', '/api/keys', body),
  revokeKey: (id: string) => request<unknown>('DELETE', `/api/keys/${id}`),
  roleRights: () => request<{ roles: Listed[]; objects: RightsObject[]; keys: string[] }>('GET', '/api/roles'),
  roleSees: (body: Role) => request<Sees>('POST', '/api/roles/sees', { body }),
  retireRole: (key: string) => request<{ change_set: string }>('DELETE', `/api/roles/${key}`),
  audit: (question: string) => request<{ entries: Entry[] }>('GET', `/api/audit?${question}`),
  verify: () => request<{ whole: boolean; broken: string | null }>('GET', '/api/audit/verify'),
}

/** The lists that forms choose from; fresh every time the administration is opened. */
export const useDepartments = () => useQuery({ queryKey: ['admin', 'departments'], queryFn: server.departments })
export const useTeams = () => useQuery({ queryKey: ['admin', 'teams'], queryFn: server.teams })
export const useRoles = () => useQuery({ queryKey: ['admin', 'roles'], queryFn: server.roles })
export const usePeople = (search = '') =>
  useQuery({ queryKey: ['admin', 'people', search], queryFn: () => server.people(search), placeholderData: (old) => old })
