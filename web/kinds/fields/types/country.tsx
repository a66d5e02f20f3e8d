import { Select } from 'antd'
import { countries, country, flag } from '../../../ui/format'
import { defineField } from '../defineField'
import { shared } from '../parts'

export default defineField<string>({
  icon: 'globe',
  commits: 'change',
  width: 140,
  Cell: ({ value, language }) => (
    <span className="cut">
      <span aria-hidden>{flag(value)}</span> {country(value, language)}
    </span>
  ),
  Input: (props) => (
    <Select
      {...shared(props)}
      className="full"
      allowClear
      showSearch={{ optionFilterProp: 'label' }}
      {...(props.inline ? { defaultOpen: true } : {})}
      value={props.value ?? null}
      onChange={(value: string | undefined) => props.onChange(value ?? null)}
      options={countries(props.language).map(({ code, name }) => ({ value: code, label: `${flag(code)} ${name} ${code}` }))}
    />
  ),
})
