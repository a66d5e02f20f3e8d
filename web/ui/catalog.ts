/** The catalogue as this person may see it, and small questions about it. */
import { useQuery, useSuspenseQuery } from '@tanstack/react-query'
import { request, type Session } from './api'
import type { Filter, Sort } from './filter/model'

export type Texts = Record<string, string>
export type FieldState = 'masked' | 'read' | 'write' | 'mixed'

export interface Field {
  key: string
  type: string
  /** The value type a computed field has. */
  result?: string
  labels: Texts
  help?: Texts
  options: Record<string, unknown>
  required?: boolean
  unique?: boolean
  default?: unknown
  sensitive?: boolean
  state: FieldState
  filterable?: boolean
  sortable?: boolean
  operators?: string[]
  aggregates?: string[]
  reveal?: boolean
}

export interface ObjectType {
  key: string
  labels: Texts
  icon: string
  title: string
  parent?: string
  create: boolean
  export: boolean
  fields: Field[]
  inverses?: { object: string; relation: string; labels?: Texts }[]
}

export interface View {
  kind?: 'view'
  version?: number
  key: string
  object: string
  labels: Texts
  columns: string[]
  filter?: Filter | null
  sort?: Sort[]
  widths?: Record<string, number>
  private_to?: string
}

export interface Layout {
  key: string
  object: string
  sections: { labels: Texts; fields: string[] }[]
  create?: string[]
  related?: string[]
}

export interface Menu {
  key: string
  labels: Texts
  icon: string
  objects: string[]
}

export interface Catalog {
  edition: number
  objects: Record<string, ObjectType>
  views: View[]
  layouts: Layout[]
  menus: Menu[]
  types: Record<string, { group?: string; operators: Record<string, string>; aggregates?: string[] }>
}

const catalogQuery = { queryKey: ['catalog'], queryFn: () => request<Catalog>('GET', '/api/catalog'), staleTime: 60_000 }
const sessionQuery = {
  queryKey: ['session'],
  queryFn: () => request<Session>('GET', '/api/session'),
  staleTime: 300_000,
  retry: false,
}

export const useCatalog = (): Catalog => useSuspenseQuery(catalogQuery).data
export const useSession = () => useQuery(sessionQuery)
export const useMe = (): Session => useSuspenseQuery(sessionQuery).data

export const fieldOf = (object: ObjectType | undefined, key: string): Field | undefined =>
  object?.fields.find((field) => field.key === key) ?? systemFields[key]

const system = (key: string, type: string, zh: string, en: string): Field => ({
  key,
  type,
  labels: { 'zh-CN': zh, en },
  options: {},
  state: 'read',
  filterable: true,
  sortable: true,
})

/** Fields that every record has. */
export const systemFields: Record<string, Field> = {
  owner: { ...system('owner', 'user', '负责人', 'Owner'), sortable: false },
  team: { ...system('team', 'team', '团队', 'Team'), sortable: false },
  created_at: system('created_at', 'datetime', '创建时间', 'Created at'),
  created_by: { ...system('created_by', 'user', '创建人', 'Created by'), sortable: false },
  updated_at: system('updated_at', 'datetime', '更新时间', 'Updated at'),
  deleted_at: { ...system('deleted_at', 'datetime', '删除时间', 'Deleted at'), filterable: false },
}

/** The type whose cell and operators draw a field: a formula by its result, a lookup by the field it ends at. */
export function drawnType(catalog: Catalog, object: ObjectType | undefined, field: Field): string {
  if (field.type === 'formula') {
    const result = String(field.options.result ?? 'number')
    return { boolean: 'checkbox', instant: 'datetime', money: 'number' }[result] ?? result
  }
  if (field.type === 'rollup') return field.result ?? 'number'
  if (field.type === 'lookup') return lookupEnd(catalog, object, field)?.type ?? 'text'
  return field.type
}

export function lookupEnd(catalog: Catalog, object: ObjectType | undefined, field: Field): Field | undefined {
  let here = object
  let found: Field | undefined
  for (const step of String(field.options.path ?? '').split('.')) {
    found = here?.fields.find((item) => item.key === step)
    here = found?.type === 'relation' ? catalog.objects[String(found.options.target)] : undefined
  }
  return found
}

/** Operators a field offers, with the kind of operand each takes. */
export function operatorsOf(catalog: Catalog, object: ObjectType | undefined, field: Field): Record<string, string> {
  const named = catalog.types[field.type]?.operators ?? catalog.types[drawnType(catalog, object, field)]?.operators ?? {}
  if (!field.operators) return named
  return Object.fromEntries(field.operators.map((name) => [name, named[name] ?? 'text']))
}

export const viewsOf = (catalog: Catalog, object: string): View[] => catalog.views.filter((view) => view.object === object)
export const layoutOf = (catalog: Catalog, object: string): Layout | undefined =>
  catalog.layouts.find((item) => item.object === object)
export const isWide = (field: Field) => ['long_text', 'lines', 'attachment'].includes(field.type)
export const isComputed = (field: Field) => ['lookup', 'rollup', 'formula', 'auto_number'].includes(field.type)
export const canWrite = (field: Field) => !isComputed(field) && (field.state === 'write' || field.state === 'mixed')

/** Objects as the packs' menus group them; those that no menu names come last, under no label. */
export function groupsOf(catalog: Catalog): { key: string; labels?: Texts; objects: ObjectType[] }[] {
  const named = new Set(catalog.menus.flatMap((menu) => menu.objects))
  const menus = catalog.menus.map((menu) => ({
    key: menu.key,
    labels: menu.labels,
    objects: menu.objects.flatMap((key) => catalog.objects[key] ?? []),
  }))
  const others = Object.values(catalog.objects).filter((object) => !named.has(object.key) && !object.parent)
  return [...menus, { key: '_others', objects: others }].filter((group) => group.objects.length)
}
