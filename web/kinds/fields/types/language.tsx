import { Select } from 'antd'
import { languageName } from '../../../ui/format'
import { useReference } from '../../../ui/reference'
import { defineField, type InputProps } from '../defineField'
import { shared } from '../parts'

/** Languages of the field's settings or all that are offered, and those chosen before. */
function useChoices(field: InputProps<unknown>['field'], language: string, now: unknown) {
  const offered = useReference('languages')
  const allowed = field.options.allowed
  const codes = Array.isArray(allowed) && allowed.length ? (allowed as string[]) : (offered?.map((one) => one.code) ?? [])
  const chosen = (Array.isArray(now) ? now : [now]).filter((one): one is string => typeof one === 'string')
  const names = new Map(offered?.map((one) => [one.code, one.name]))
  return [...new Set([...codes, ...chosen])].map((code) => ({
    value: code,
    label: `${names.get(code) ?? languageName(code, language)} ${code}`,
  }))
}

export default defineField<string>({
  icon: 'language',
  commits: 'change',
  width: 130,
  settings: { allowed: 'languages' },
  Cell: ({ value, language }) => <span className="cut">{languageName(value, language)}</span>,
  Input: (props) => (
    <Select
      {...shared(props)}
      className="full"
      allowClear
      showSearch={{ optionFilterProp: 'label' }}
      {...(props.inline ? { defaultOpen: true } : {})}
      value={props.value ?? null}
      onChange={(value: string | undefined) => props.onChange(value ?? null)}
      options={useChoices(props.field, props.language, props.value)}
    />
  ),
  FilterInput: ({ value, onChange, field, language, operator }) => (
    <Select
      className="full"
      {...(operator === 'in' ? { mode: 'multiple' as const } : {})}
      showSearch={{ optionFilterProp: 'label' }}
      value={(value ?? (operator === 'in' ? [] : null)) as never}
      onChange={onChange}
      options={useChoices(field, language, value)}
    />
  ),
})
