/** Text for a cell as its field reads it: picked where there are choices or countries, typed otherwise. */
import { Input, Select } from 'antd'
import { selectOptions } from '../../../kinds/fields/choices'
import type { Field } from '../../../ui/catalog'
import { countries } from '../../../ui/format'
import { useWords } from '../../../ui/i18n'

interface Props {
  field: Field | undefined
  label: string
  value: string
  onChange: (value: string) => void
  placeholder?: string
  autoFocus?: boolean
}

export function Wording({ field, label, value, onChange, placeholder, autoFocus = false }: Props) {
  const { language } = useWords()
  const options = choices(field, language)
  if (options)
    return (
      <Select
        size="small"
        className="grow wording"
        aria-label={label}
        allowClear
        autoFocus={autoFocus}
        showSearch={{ optionFilterProp: 'label' }}
        placeholder={placeholder ?? ''}
        value={value || null}
        options={options}
        onChange={(next: string | null) => onChange(next ?? '')}
      />
    )
  return (
    <Input
      size="small"
      className="grow wording"
      dir="auto"
      aria-label={label}
      autoFocus={autoFocus}
      placeholder={placeholder ?? ''}
      value={value}
      onChange={(event) => onChange(event.target.value)}
    />
  )
}

function choices(field: Field | undefined, language: string): { value: string; label: string }[] | undefined {
  if (field?.type === 'country') return countries(language).map(({ code, name }) => ({ value: code, label: `${name} ${code}` }))
  if (field && ['select', 'status'].includes(field.type)) return selectOptions(field, language)
  return undefined
}
