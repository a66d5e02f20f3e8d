/** Proposed objects while they are being corrected: pure steps, and the maps that follow from them. */
import type { Catalog, Field } from '../../../ui/catalog'
import { changeField, type Doc, type FieldDef, type ObjectDef } from '../build/model'
import type { AnyDoc } from '../edit/model'
import { startValue } from '../import/model'
import type { FileColumn, ImportMap, Sheet, Value } from '../import/server'
import type { Proposal } from './server'

export interface Proposed {
  definition: ObjectDef
  sheet: string
  /** Whether it is made at all. */
  on: boolean
  /** The column of each field, by the field's key. */
  origins: Record<string, string>
  leftOut: string[]
  /** What was proposed for each column: its type, how its cells are read, and for a link the other sheet's column. */
  columns: Record<string, { type: string; value: Value; linked?: { sheet: string; column: string } }>
}

/** By key of the object. */
export type Objects = AnyDoc<Proposed>

export function fromProposal({ objects, maps }: Proposal): Objects {
  const columnOf = (key: string, field: string) =>
    objects.find((one) => one.definition.key === key)?.fields.find((one) => one.field === field)?.column ?? ''
  return Object.fromEntries(
    objects.map(({ definition, sheet, fields, left_out }) => {
      const given = maps.find((map) => map.key === definition.key)?.targets[0]?.fields ?? {}
      const columns = fields.map(({ field, column }) => {
        const found = definition.fields.find((one) => one.key === field)
        const value = given[field] ?? { column }
        const target = String(found?.options?.target ?? '')
        const other = objects.find((one) => one.definition.key === target)
        const linked = value.find && other ? { linked: { sheet: other.sheet, column: columnOf(target, value.find.by) } } : {}
        return [column, { type: found?.type ?? 'text', value, ...linked }] as const
      })
      const proposed: Proposed = {
        definition: { ...definition, kind: 'object' },
        sheet,
        on: true,
        origins: Object.fromEntries(fields.map(({ field, column }) => [field, column])),
        leftOut: left_out,
        columns: Object.fromEntries(columns),
      }
      return [definition.key, proposed]
    }),
  )
}

/** The objects that will be made, as the object editor's pieces take them. */
export const docOf = (objects: Objects): Doc =>
  Object.fromEntries(Object.entries(objects).flatMap(([key, one]) => (one.on ? [[key, one.definition]] : [])))

/** Definitions that changed, put back: columns of fields that went come from no column any more. */
export function withDoc(objects: Objects, doc: Doc): Objects {
  return Object.fromEntries(
    Object.entries(objects).map(([key, one]) => {
      const definition = doc[key]
      if (!definition || definition === one.definition) return [key, one]
      const there = new Set(definition.fields.map((field) => field.key))
      const origins = Object.fromEntries(Object.entries(one.origins).filter(([field]) => there.has(field)))
      const gone = Object.entries(one.origins).flatMap(([field, column]) => (there.has(field) ? [] : [column]))
      return [key, { ...one, definition, origins, leftOut: [...one.leftOut, ...gone] }]
    }),
  )
}

/** Changes a field; under another key it still comes from its column. */
export function changeProposed(objects: Objects, object: string, field: string, changes: Partial<FieldDef>): Objects {
  const one = objects[object]
  if (!one) return objects
  const doc = changeField({ [object]: one.definition }, object, field, changes)
  const definition = doc[object] as ObjectDef
  const renamed = changes.key && changes.key !== field ? changes.key : ''
  const origins = renamed
    ? Object.fromEntries(Object.entries(one.origins).map(([key, column]) => [key === field ? renamed : key, column]))
    : one.origins
  return { ...objects, [object]: { ...one, definition, origins } }
}

/** Another key for an object, in relations to it too. */
export function renameObject(objects: Objects, from: string, to: string): Objects {
  if (from === to || objects[to]) return objects
  return Object.fromEntries(
    Object.entries(objects).map(([key, one]) => {
      const fields = one.definition.fields.map((field) =>
        field.type === 'relation' && field.options?.target === from
          ? { ...field, options: { ...field.options, target: to } }
          : field,
      )
      const own = key === from ? to : key
      return [own, { ...one, definition: { ...one.definition, key: own, fields } }]
    }),
  )
}

/** Leaves an object out, or takes it in again; without it, links to it are plain text. */
export function toggle(objects: Objects, key: string, on: boolean): Objects {
  return Object.fromEntries(
    Object.entries(objects).map(([name, one]) => {
      if (name === key) return [name, { ...one, on }]
      const fields = one.definition.fields.map((field): FieldDef => {
        const linked = one.columns[one.origins[field.key] ?? '']?.linked
        if (linked?.sheet !== objects[key]?.sheet) return field
        if (!on && field.type === 'relation') return { ...field, type: 'text', options: {} }
        return on && field.type === 'text' ? { ...field, type: 'relation', options: { target: key } } : field
      })
      return [name, { ...one, definition: { ...one.definition, fields } }]
    }),
  )
}

/** A left-out column becomes a field after all. */
export function takeIn(objects: Objects, object: string, column: string, field: FieldDef): Objects {
  const one = objects[object]
  if (!one) return objects
  return {
    ...objects,
    [object]: {
      ...one,
      definition: { ...one.definition, fields: [...one.definition.fields, field] },
      origins: { ...one.origins, [field.key]: column },
      leftOut: one.leftOut.filter((name) => name !== column),
    },
  }
}

const asField = (field: FieldDef): Field => ({
  key: field.key,
  type: field.type,
  labels: field.labels,
  options: field.options ?? {},
  ...(field.unique ? { unique: true } : {}),
  state: 'write',
})

const NO_CELLS = ['auto_number', 'lookup', 'formula', 'rollup', 'lines', 'attachment']

/** The maps of the objects that are made, in the order in which they load. */
export function mapsOf(
  objects: Objects,
  order: readonly string[],
  sheets: readonly Sheet[],
  catalog: Catalog,
  zone: string,
): ImportMap[] {
  const bySheet = new Map(Object.values(objects).map((one) => [one.sheet, one]))
  return order.flatMap((name) => {
    const one = bySheet.get(name)
    const sheet = sheets.find((found) => found.name === name)
    if (!one?.on || !sheet) return []
    const values = Object.entries(one.origins).flatMap(([key, from]) => {
      const field = one.definition.fields.find((found) => found.key === key && !found.retired)
      const column = sheet.columns.find((found) => found.name === from)
      if (!field || !column || NO_CELLS.includes(field.type)) return []
      const value = valueOfColumn(one, field, column, bySheet, catalog, zone)
      return value ? [[key, value] as const] : []
    })
    const fields = Object.fromEntries(values)
    const match = one.definition.fields.filter((field) => field.unique && field.key in fields).slice(0, 1)
    return [
      {
        key: one.definition.key,
        sheet: name,
        targets: [{ object: one.definition.key, fields, match: match.map((field) => field.key), existing: 'keep' as const }],
      },
    ]
  })
}

function valueOfColumn(
  one: Proposed,
  field: FieldDef,
  column: FileColumn,
  bySheet: Map<string, Proposed>,
  catalog: Catalog,
  zone: string,
): Value | undefined {
  const before = one.columns[column.name]
  if (field.type === 'relation') {
    const target = [...bySheet.values()].find((other) => other.on && other.definition.key === field.options?.target)
    if (!target) return startValue(column, asField(field), { catalog, zone })
    const linked = before?.linked?.sheet === target.sheet ? before.linked.column : ''
    const by = Object.entries(target.origins).find(([, from]) => from === linked)?.[0] ?? target.definition.title
    return { column: column.name, transforms: [{ kind: 'collapse' }], find: { by, create: false } }
  }
  return before?.type === field.type ? before.value : startValue(column, asField(field), { catalog, zone })
}

/** Turns a link into plain text, or text with the cells of another sheet into a link. */
export function linkField(objects: Objects, object: string, field: string, on: boolean): Objects {
  const one = objects[object]
  const linked = one?.columns[one.origins[field] ?? '']?.linked
  const target = Object.values(objects).find((other) => other.on && other.sheet === linked?.sheet)
  if (!one || (on && !target)) return objects
  const change: Partial<FieldDef> = on
    ? { type: 'relation', options: { target: target?.definition.key ?? '' }, unique: false, default: undefined }
    : { type: 'text', options: {} }
  return changeProposed(objects, object, field, change)
}

/** The object a field could be linked with, or is. */
export function linkOf(objects: Objects, object: string, field: string): Proposed | undefined {
  const one = objects[object]
  const linked = one?.columns[one.origins[field] ?? '']?.linked
  return Object.values(objects).find((other) => other.on && other.sheet === linked?.sheet)
}
