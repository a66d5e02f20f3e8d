/** Cells and inputs of fields that are part of the data model: relation, lines. */
import { useCallback } from 'react'
import { api, type Ref } from '../../ui/api'
import { Icon } from '../../ui/Icon'
import { useWords } from '../../ui/i18n'
import { type AnyControl, defineField, type InputProps } from './defineField'
import { RefPicker } from './parts'

type RelationValue = Ref & { restricted?: boolean }

function RelationInput({ value, onChange, field, ...rest }: InputProps<RelationValue>) {
  const target = String(field.options.target ?? '')
  const find = useCallback((search: string) => api.pick(target, search), [target])
  return (
    <RefPicker
      {...rest}
      value={value?.restricted ? null : value}
      find={find}
      onChange={(ref) => onChange(ref as RelationValue | null)}
    />
  )
}

function Restricted() {
  const { t } = useWords()
  return (
    <span className="quiet">
      <Icon name="lock" /> {t('value.restricted')}
    </span>
  )
}

const relation = defineField<RelationValue>({
  icon: 'relation',
  commits: 'change',
  width: 170,
  Cell: ({ value, field }) =>
    value.restricted ? (
      <Restricted />
    ) : (
      <a
        className="cut"
        href={`/o/${String(field.options.target)}/${value.id}`}
        onClick={(event) => event.stopPropagation()}
        tabIndex={-1}
      >
        {value.title || '–'}
      </a>
    ),
  Input: RelationInput,
})

const lines = defineField<unknown[] | { count: number }>({
  icon: 'table',
  wide: true,
  onPage: true,
  width: 90,
  align: 'end',
  Cell: ({ value }) => <span className="tabular">{Array.isArray(value) ? value.length : value.count}</span>,
  Input: () => null,
})

export const structural: Record<string, AnyControl> = { relation, lines }
