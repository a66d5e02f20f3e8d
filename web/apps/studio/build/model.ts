/** Objects as the editor changes them: the commands, and what differs between two versions of one. */
import type { Texts } from '../../../ui/catalog'
import { type AnyDoc, type Found, mergeMembers, same } from '../edit/model'

export interface FieldDef {
  key: string
  type: string
  labels: Texts
  help?: Texts
  options?: Record<string, unknown>
  required?: boolean
  unique?: boolean
  default?: unknown
  sensitive?: boolean
  searched?: boolean
  retired?: boolean
}

export interface ObjectDef {
  kind: 'object'
  key: string
  labels: Texts
  icon?: string
  title: string
  parent?: string
  fields: FieldDef[]
  retired?: boolean
}

const choice = (key: string, zh: string, en: string, color: string, category?: string) => ({
  key,
  labels: { 'zh-CN': zh, en },
  color,
  ...(category ? { category } : {}),
})

/** What a status begins with. */
export const STAGES: FieldDef = {
  key: 'status',
  type: 'status',
  labels: { 'zh-CN': '状态', en: 'Status' },
  options: {
    options: [
      choice('open', '进行中', 'Open', 'blue'),
      choice('done', '已完成', 'Done', 'green', 'won'),
      choice('dropped', '已放弃', 'Dropped', 'grey', 'lost'),
    ],
  },
  default: 'open',
}

/** The object that is edited, and new line objects that are published with it. */
export type Doc = AnyDoc<ObjectDef>

/** A key from a label: ASCII, at most 40 letters; another number where it is taken. */
export function proposeKey(label: string, otherwise: string, taken: readonly string[]): string {
  const plain = label
    .normalize('NFKD')
    .replace(/[̀-ͯ]/g, '')
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '_')
    .replace(/^[^a-z]+|_+$/g, '')
    .slice(0, 36)
    .replace(/_+$/, '')
  const base = plain.length > 1 ? plain : otherwise
  const wanted = RESERVED.has(base) ? `${base}_field`.slice(0, 38) : base
  if (!taken.includes(wanted)) return wanted
  let number = 2
  while (taken.includes(`${wanted}_${number}`)) number += 1
  return `${wanted}_${number}`
}

export const RESERVED: ReadonlySet<string> = new Set(
  (
    'id owner owner_id team team_id department department_id pool pool_id region source demo version created_at created_by ' +
    'updated_at updated_by deleted_at deleted_by deletion search position'
  ).split(' '),
)

export const isKey = (key: string) => /^[a-z][a-z0-9_]{0,39}$/.test(key) && !key.includes('__')

/** The members in the form the server sends: those at their default are left out. */
export function tidy(field: FieldDef): FieldDef {
  const kept = Object.entries(field).filter(
    ([, value]) =>
      value !== undefined &&
      value !== null &&
      value !== false &&
      !(typeof value === 'object' && !Array.isArray(value) && !Object.keys(value).length),
  )
  return { ...(Object.fromEntries(kept) as unknown as FieldDef), labels: field.labels }
}

const texts = (all: Texts): Texts => Object.fromEntries(Object.entries(all).filter(([, text]) => text !== ''))

export function changeField(doc: Doc, object: string, key: string, changes: Partial<FieldDef>): Doc {
  const owner = doc[object]
  if (!owner) return doc
  const made = {
    ...changes,
    ...(changes.labels ? { labels: texts(changes.labels) } : {}),
    ...(changes.help ? { help: texts(changes.help) } : {}),
  }
  const fields = owner.fields.map((field) => (field.key === key ? tidy({ ...field, ...made }) : field))
  const title = owner.title === key && changes.key ? changes.key : owner.title
  const parent = owner.parent && owner.parent === key && changes.key ? { parent: changes.key } : {}
  return { ...doc, [object]: { ...owner, fields, title, ...parent } }
}

export function changeObject(doc: Doc, object: string, changes: Partial<ObjectDef>): Doc {
  const owner = doc[object]
  return owner
    ? { ...doc, [object]: { ...owner, ...changes, ...(changes.labels ? { labels: texts(changes.labels) } : {}) } }
    : doc
}

export function addField(doc: Doc, object: string, field: FieldDef, after?: string): Doc {
  const owner = doc[object]
  if (!owner) return doc
  const at = after ? owner.fields.findIndex((one) => one.key === after) + 1 : 0
  const fields = at ? [...owner.fields.slice(0, at), field, ...owner.fields.slice(at)] : [...owner.fields, field]
  return { ...doc, [object]: { ...owner, fields } }
}

/** Takes an unpublished field away, and the line object that came with it. */
export function dropField(doc: Doc, object: string, key: string): Doc {
  const owner = doc[object]
  const field = owner?.fields.find((one) => one.key === key)
  if (!owner || !field) return doc
  const fields = owner.fields.filter((one) => one.key !== key)
  const target = field.type === 'lines' ? String(field.options?.target ?? '') : ''
  const others = target && target !== object ? Object.fromEntries(Object.entries(doc).filter(([name]) => name !== target)) : doc
  return { ...others, [object]: { ...owner, fields, title: owner.title === key ? (fields[0]?.key ?? '') : owner.title } }
}

/** Puts a field before or after another one. */
export function moveField(doc: Doc, object: string, key: string, onto: string): Doc {
  const owner = doc[object]
  if (!owner || key === onto) return doc
  const from = owner.fields.findIndex((field) => field.key === key)
  const to = owner.fields.findIndex((field) => field.key === onto)
  const moved = owner.fields[from]
  if (!moved || to < 0) return doc
  const rest = owner.fields.filter((field) => field.key !== key)
  return { ...doc, [object]: { ...owner, fields: [...rest.slice(0, to), moved, ...rest.slice(to)] } }
}

/** One place up or down among the live fields. */
export function shiftField(doc: Doc, object: string, key: string, by: 1 | -1): Doc {
  const live = (doc[object]?.fields ?? []).filter((field) => !field.retired)
  const neighbour = live[live.findIndex((field) => field.key === key) + by]
  return neighbour ? moveField(doc, object, key, neighbour.key) : doc
}

/** A new line object that belongs to `owner`. */
export function lineObject(owner: ObjectDef, labels: Texts, key: string): ObjectDef {
  return {
    kind: 'object',
    key,
    labels,
    icon: 'table',
    title: 'name',
    parent: 'parent',
    fields: [
      { key: 'name', type: 'text', labels: { 'zh-CN': '名称', en: 'Name' }, required: true },
      {
        key: 'parent',
        type: 'relation',
        labels: owner.labels,
        required: true,
        options: { target: owner.key, on_delete: 'cascade' },
      },
    ],
  }
}

export type Difference =
  | { what: 'added' | 'retired' | 'restored'; field: FieldDef }
  | { what: 'changed'; field: FieldDef; members: string[]; before: FieldDef }
  | { what: 'order' }
  | { what: 'object'; members: string[] }
  | { what: 'created' }

const FIELD_MEMBERS = ['type', 'labels', 'help', 'options', 'required', 'unique', 'default', 'sensitive', 'searched'] as const
const OBJECT_MEMBERS = ['labels', 'icon', 'title', 'parent', 'retired'] as const

/** What happened between two versions of an object, in the order of its fields. */
export function differences(before: ObjectDef | undefined, after: ObjectDef): Difference[] {
  const found: Difference[] = before ? [] : [{ what: 'created' }]
  if (before) {
    const members = OBJECT_MEMBERS.filter((member) => !same(before[member] ?? null, after[member] ?? null))
    if (members.length) found.push({ what: 'object', members })
  }
  for (const field of after.fields) {
    const old = before?.fields.find((one) => one.key === field.key)
    if (!old) {
      if (!field.retired) found.push({ what: 'added', field })
      continue
    }
    if (field.retired && !old.retired) found.push({ what: 'retired', field })
    else if (!field.retired && old.retired) found.push({ what: 'restored', field })
    const members = FIELD_MEMBERS.filter((member) => !same(old[member] ?? null, field[member] ?? null))
    if (members.length) found.push({ what: 'changed', field, members, before: old })
  }
  for (const field of before?.fields ?? [])
    if (!field.retired && !after.fields.some((one) => one.key === field.key)) found.push({ what: 'retired', field })
  const live = (one: ObjectDef, other: ObjectDef) =>
    one.fields.map((field) => field.key).filter((key) => other.fields.some((field) => field.key === key))
  if (before && live(before, after).join() !== live(after, before).join()) found.push({ what: 'order' })
  return found
}

/** Mine on top of theirs: for every member the one that was changed since `base`, mine where both were. */
export function merge(base: ObjectDef, mine: ObjectDef, theirs: ObjectDef): ObjectDef {
  const find = (object: ObjectDef, key: string) => object.fields.find((field) => field.key === key)
  const fields = mine.fields.map((field) => {
    const from = find(base, field.key)
    const other = find(theirs, field.key)
    return from && other ? mergeMembers(from, field, other) : other && !from ? { ...other, ...field } : field
  })
  const added = theirs.fields.filter((field) => !find(mine, field.key))
  return { ...mergeMembers(base, mine, theirs), fields: [...fields, ...added] }
}

/** What a role may do with a new object. */
export type Level = 'none' | 'read' | 'own' | 'readOwn' | 'all'
export const LEVELS: Level[] = ['none', 'read', 'own', 'readOwn', 'all']

export function rightsFor(level: Exclude<Level, 'none'>): object {
  const read = { rows: 'all', actions: ['read'], default: 'read' }
  const write = (rows: string) => ({ rows, actions: ['read', 'update', 'delete'], default: 'write' })
  const grants = { read: [read], own: [write('own')], readOwn: [write('own'), read], all: [write('all')] }[level]
  return { create: level !== 'read', grants }
}

/** Where a problem is: the object, the field and the setting. */
export function placeOf(problem: Found): { object: string; field: string; setting: string } {
  const [, kind, object = '', part = '', field = '', ...rest] = problem.pointer.split('/')
  if (kind !== 'object') return { object: '', field: '', setting: '' }
  return part === 'fields' ? { object, field, setting: rest.join('/') } : { object, field: '', setting: part }
}
