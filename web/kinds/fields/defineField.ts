/** The browser's half of a field type. */
import type { ComponentType } from 'react'
import type { Field } from '../../ui/catalog'

export interface CellProps<V> {
  value: V
  field: Field
  language: string
}

export interface InputProps<V> {
  value: V | null | undefined
  onChange: (value: V | null) => void
  field: Field
  language: string
  id?: string
  autoFocus?: boolean
  invalid?: boolean
  /** Inside a grid cell: opens at once and keeps to one line. */
  inline?: boolean
}

export interface PageProps<V> extends CellProps<V> {
  /** Where a file of this field is read. */
  address: (file: string) => string
}

export interface FieldControl<V> {
  icon: string
  Cell: ComponentType<CellProps<V>>
  /** On the record's own page, where there is more room than in a cell. */
  Page?: ComponentType<PageProps<V>>
  Input: ComponentType<InputProps<V>>
  /** The operand of a filter, where it is not the plain input of its kind. */
  FilterInput?: ComponentType<InputProps<unknown> & { operand: string; operator: string }>
  /** Message keys of operators whose words differ from `filter.<name>`. */
  operatorLabels?: Record<string, string>
  align?: 'end'
  /** The values are files of the record: sent as ids, neither filtered nor summed up. */
  files?: true
  /** Takes the whole width of a form. */
  wide?: true
  /** Changed on the record's page and in forms, not in a cell of the grid. */
  onPage?: true
  /** Lists that the names in its settings come from, instead of a text. */
  settings?: Record<string, 'countries' | 'languages'>
  /** A choice is saved when made; typed text when Enter is pressed or the field is left. */
  commits?: 'change'
  width?: number
}

// biome-ignore lint/suspicious/noExplicitAny: the registry holds controls of every value type
export type AnyControl = FieldControl<any>

export const defineField = <V>(control: FieldControl<V>): FieldControl<V> => control
