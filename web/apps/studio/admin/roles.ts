/** A role as data, with small pure edits, and what differs between two of them. */
import type { Texts } from '../../../ui/catalog'
import type { Filter } from '../../../ui/filter/model'
import { mergeMembers, same } from '../edit/model'

export const STATES = ['hidden', 'masked', 'read', 'write'] as const
export type State = (typeof STATES)[number]
export const ROWS = ['own', 'department', 'subtree', 'team', 'all', 'rule'] as const
export type Rows = (typeof ROWS)[number]
export const SYSTEM = ['build', 'people', 'roles', 'audit', 'keys', 'purge', 'demo', 'data'] as const

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
  kind?: 'role'
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

const dropped = (value: unknown, plain?: unknown) =>
  value === undefined ||
  value === null ||
  value === false ||
  (Array.isArray(value) && value.length === 0) ||
  (typeof value === 'object' && !Array.isArray(value) && Object.keys(value as object).length === 0) ||
  (plain !== undefined && same(value, plain))

const without = <T extends object>(all: T, plain: Partial<Record<keyof T, unknown>> = {}): T =>
  Object.fromEntries(Object.entries(all).filter(([key, value]) => !dropped(value, plain[key as keyof T]))) as T

/** The role in the form the server sends: what is at its default is left out. */
export function tidy(role: Role): Role {
  const objects = Object.entries(role.objects ?? {}).map(([key, rights]) => {
    const grants = (rights.grants ?? []).map((grant) => without(grant, { actions: ['read'], default: 'read' }))
    return [key, without({ ...rights, grants })] as const
  })
  const labels = Object.fromEntries(Object.entries(role.labels).filter(([, text]) => text !== ''))
  return { ...without({ ...role, objects: Object.fromEntries(objects) }), kind: 'role', labels }
}

/** Mine on top of theirs, object by object. */
export function mergeRoles(base: Role, mine: Role, theirs: Role): Role {
  const objects = mergeMembers(base.objects ?? {}, mine.objects ?? {}, theirs.objects ?? {})
  return tidy({ ...mergeMembers(base, mine, theirs), objects })
}

export type RoleChange = {
  /** '' is the role itself. */
  object: string
  /** Whether somebody may do or see more by it; undefined where it is neither. */
  wider?: boolean
} & (
  | { what: 'created' | 'labels' | 'everything' | 'gone' }
  | { what: 'right'; right: string }
  | { what: 'may'; action: string }
  | { what: 'reveal'; field: string }
  | { what: 'grant' | 'rule'; rows: Rows }
  | { what: 'grantMay'; rows: Rows; action: string }
  | { what: 'default'; rows: Rows; before: State; after: State }
  | { what: 'field'; rows: Rows; field: string; before: State; after: State }
)

/** What publishing `after` in place of `before` changes for who has the role, in the order it is shown. */
export function roleDifferences(before: Role | undefined, after: Role, objects: RightsObject[]): RoleChange[] {
  const found: RoleChange[] = before ? [] : [{ object: '', what: 'created' }]
  if (before && !same(before.labels, after.labels)) found.push({ object: '', what: 'labels' })
  if ((before?.everything ?? false) !== (after.everything ?? false))
    found.push({ object: '', what: 'everything', wider: after.everything ?? false })
  for (const right of SYSTEM) {
    const is = after.system?.includes(right) ?? false
    if ((before?.system?.includes(right) ?? false) !== is) found.push({ object: '', what: 'right', right, wider: is })
  }
  const keys = [...objects.map((one) => one.key), ...Object.keys(before?.objects ?? {}), ...Object.keys(after.objects ?? {})]
  for (const key of new Set(keys)) {
    const [was, is] = [before?.objects?.[key], after.objects?.[key]]
    if (was && !is) found.push({ object: key, what: 'gone', wider: false })
    else if (is && !same(was, is))
      found.push(...rightsDifferences(key, was ?? {}, is, objects.find((one) => one.key === key)?.fields ?? []))
  }
  return found
}

function rightsDifferences(object: string, was: Rights, is: Rights, fields: RightsField[]): RoleChange[] {
  const found: RoleChange[] = []
  for (const action of ['create', 'export'] as const)
    if ((was[action] ?? false) !== (is[action] ?? false)) found.push({ object, what: 'may', action, wider: is[action] ?? false })
  for (const [one, other] of pairs(was.grants ?? [], is.grants ?? [])) {
    if (one && other) found.push(...grantDifferences(object, one, other, fields))
    else if (other) {
      found.push({ object, what: 'grant', rows: other.rows, wider: true })
      found.push(...grantDifferences(object, { ...other, actions: ['read'], fields: {} }, other, fields))
    } else if (one) found.push({ object, what: 'grant', rows: one.rows, wider: false })
  }
  for (const field of new Set([...(was.reveal ?? []), ...(is.reveal ?? [])])) {
    const now = is.reveal?.includes(field) ?? false
    if ((was.reveal?.includes(field) ?? false) !== now) found.push({ object, what: 'reveal', field, wider: now })
  }
  return found
}

/** Grants of the same rows belong together; where rows come twice, those at the same place. */
function pairs(was: Grant[], is: Grant[]): [Grant | undefined, Grant | undefined][] {
  const single = (grants: Grant[]) => new Set(grants.map((grant) => grant.rows)).size === grants.length
  if (!single(was) || !single(is))
    return Array.from({ length: Math.max(was.length, is.length) }, (_, index) => [was[index], is[index]])
  const rows = [...new Set([...was, ...is].map((grant) => grant.rows))]
  return rows.map((one) => [was.find((grant) => grant.rows === one), is.find((grant) => grant.rows === one)])
}

function grantDifferences(object: string, was: Grant, is: Grant, fields: RightsField[]): RoleChange[] {
  const { rows } = is
  const found: RoleChange[] = []
  if (was.rows !== rows)
    found.push({ object, what: 'grant', rows: was.rows, wider: false }, { object, what: 'grant', rows, wider: true })
  else if (!same(was.rule ?? null, is.rule ?? null)) found.push({ object, what: 'rule', rows })
  for (const action of ['update', 'delete']) {
    const now = is.actions?.includes(action) ?? false
    if ((was.actions?.includes(action) ?? false) !== now) found.push({ object, what: 'grantMay', rows, action, wider: now })
  }
  const [before, after] = [was.default ?? 'read', is.default ?? 'read']
  const more = (one: State, other: State) => STATES.indexOf(other) > STATES.indexOf(one)
  if (before !== after) found.push({ object, what: 'default', rows, before, after, wider: more(before, after) })
  for (const field of fields) {
    const [one, other] = [was.fields?.[field.key], is.fields?.[field.key]]
    if (one === other) continue
    const [from, to] = [stateOf(was, field), stateOf(is, field)]
    if (from !== to) found.push({ object, what: 'field', rows, field: field.key, before: from, after: to, wider: more(from, to) })
  }
  return found
}
