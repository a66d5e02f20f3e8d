/** A role as data, with small pure edits, and what differs between two of them. */
import type { Texts } from '../../../ui/catalog'
import type { Filter } from '../../../ui/filter/model'

export const STATES = ['hidden', 'masked', 'read', 'write'] as const
export type State = (typeof STATES)[number]
export const ROWS = ['own', 'department', 'subtree', 'team', 'all', 'rule'] as const
export type Rows = (typeof ROWS)[number]
export const SYSTEM = ['build', 'people', 'roles', 'audit', 'keys', 'purge', 'demo'] as const

export interface Grant {
  rows: Rows
  rule?: Filter | null
  actions?: string[]
  default?: State
  fields?: Record<string, State>
}

export interface Rights {
  create?: boolean
  export?: boolean
  reveal?: string[]
  grants?: Grant[]
}

export interface Role {
  key: string
  labels: Texts
  system?: string[]
  everything?: boolean
  objects?: Record<string, Rights>
}

export interface Listed {
  key: string
  version: number
  pack: string
  people: number
  body: Role
}

export interface RightsField {
  key: string
  labels: Texts
  type: string
  sensitive: boolean
}

export interface RightsObject {
  key: string
  labels: Texts
  icon: string
  /** The object whose lines these are. */
  above: string
  fields: RightsField[]
}

/** What a grant gives on a field: named, by the default, and sensitive fields at most masked where they are not named. */
export function stateOf(grant: Grant, field: RightsField): State {
  const named = grant.fields?.[field.key]
  if (named) return named
  const otherwise = grant.default ?? 'read'
  return field.sensitive && otherwise !== 'hidden' ? 'masked' : otherwise
}

export function withRights(role: Role, object: string, rights: Rights | null): Role {
  const objects = { ...role.objects }
  if (rights === null || !Object.values(rights).some((value) => (Array.isArray(value) ? value.length : value)))
    delete objects[object]
  else objects[object] = rights
  return { ...role, objects }
}

export function withGrant(rights: Rights, index: number, grant: Grant | null): Rights {
  const grants = [...(rights.grants ?? [])]
  if (grant) grants[index] = grant
  else grants.splice(index, 1)
  return { ...rights, grants }
}

export function withField(grant: Grant, key: string, state: State | ''): Grant {
  const fields = { ...grant.fields }
  if (state) fields[key] = state
  else delete fields[key]
  return { ...grant, fields }
}

/** A key made of the English or Chinese name that no role has. */
export function newKey(name: string, taken: string[]): string {
  const plain = name
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '_')
    .replace(/^[^a-z]+|_+$/g, '')
    .slice(0, 32)
  const start = plain || 'role'
  if (!taken.includes(start)) return start
  let number = 2
  while (taken.includes(`${start}_${number}`)) number += 1
  return `${start}_${number}`
}

/** Objects whose rights differ; '' stands for the role itself. */
export function changedParts(before: Role | undefined, after: Role): string[] {
  const same = (one: unknown, other: unknown) => JSON.stringify(one ?? null) === JSON.stringify(other ?? null)
  const head = ({ labels, system, everything }: Role) => ({ labels, system: system ?? [], everything: everything ?? false })
  const keys = [...new Set([...Object.keys(before?.objects ?? {}), ...Object.keys(after.objects ?? {})])].sort()
  const objects = keys.filter((key) => !same(before?.objects?.[key], after.objects?.[key]))
  return before && same(head(before), head(after)) ? objects : ['', ...objects]
}
