import { Select } from 'antd'
import { Pill, selectOptions } from '../choices'
import { defineField } from '../defineField'
import { shared } from '../parts'

export default defineField<string>({
  icon: 'status',
  commits: 'change',
  width: 120,
  Cell: ({ value, field, language }) => <Pill field={field} value={value} language={language} />,
  Input: (props) => (
    <Select
      {...shared(props)}
      className="full"
      {...(props.inline ? { defaultOpen: true } : {})}
      value={props.value ?? null}
      onChange={(value: string | null) => props.onChange(value)}
      options={selectOptions(props.field, props.language, props.value)}
    />
  ),
})
