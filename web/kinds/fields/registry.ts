/** Every field type's browser half, by name. A file in `types` is enough to be found. */
import type { Catalog, Field, ObjectType } from '../../ui/catalog'
import { drawnType, lookupEnd } from '../../ui/catalog'
import type { AnyControl } from './defineField'
import { structural } from './structural'

const modules = import.meta.glob<AnyControl>('./types/*.tsx', { eager: true, import: 'default' })

export const controls: Record<string, AnyControl> = {
  ...Object.fromEntries(
    Object.entries(modules).map(([path, control]) => [path.slice('./types/'.length, -'.tsx'.length), control]),
  ),
  ...structural,
}

const plain = controls.text as AnyControl

export const controlOf = (type: string): AnyControl => controls[type] ?? plain

/** The control that draws a field, and the field whose settings it reads. */
export function drawn(catalog: Catalog, object: ObjectType | undefined, field: Field): { control: AnyControl; field: Field } {
  const control = controlOf(drawnType(catalog, object, field))
  const end = field.type === 'lookup' ? lookupEnd(catalog, object, field) : undefined
  return { control, field: end ? { ...field, options: end.options } : field }
}

export const isFiles = (type: string): boolean => controlOf(type).files === true

export const isWide = (field: Field): boolean => controlOf(field.type).wide === true

/** A value as it is sent: references by id. */
export function toWire(field: Field, value: unknown): unknown {
  if (value === null || value === undefined) return null
  if (['user', 'department', 'team', 'relation'].includes(field.type) && typeof value === 'object')
    return (value as { id: string }).id
  if (controlOf(field.type).files && Array.isArray(value)) return value.map((file: { id: string }) => file.id)
  return value
}
