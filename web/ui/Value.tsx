/** One value on the screen: masked, empty, or drawn by its type. */
import { drawn } from '../kinds/fields/registry'
import type { Row } from './api'
import { type Field, type ObjectType, useCatalog } from './catalog'
import { Icon } from './Icon'
import { useWords } from './i18n'

export const isMasked = (value: unknown): value is { masked: unknown } =>
  value !== null && typeof value === 'object' && 'masked' in value

export const isBlank = (value: unknown) =>
  value === null || value === undefined || value === '' || (Array.isArray(value) && !value.length)

export function stateOf(row: Row | undefined, field: Field): 'masked' | 'read' | 'write' {
  const own = row?._states?.[field.key]
  if (own) return own
  return field.state === 'mixed' ? 'write' : field.state
}

export function Value({ object, field, value }: { object: ObjectType | undefined; field: Field; value: unknown }) {
  const catalog = useCatalog()
  const { language, t } = useWords()
  if (isMasked(value))
    return (
      <span className="masked" title={t('value.masked')}>
        <Icon name="lock" label={t('value.masked')} /> {typeof value.masked === 'string' ? value.masked : '•••'}
      </span>
    )
  if (isBlank(value)) return null
  const look = drawn(catalog, object, field)
  return <look.control.Cell value={value} field={look.field} language={language} />
}

/** The record's own name. */
export function titleOf(object: ObjectType | undefined, row: Row | undefined): string {
  const value = object && row?.[object.title]
  if (typeof value === 'string' || typeof value === 'number') return String(value)
  if (isMasked(value)) return '•••'
  return (value as { title?: string } | null | undefined)?.title ?? ''
}
