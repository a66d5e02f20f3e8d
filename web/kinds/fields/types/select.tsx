import { Select } from 'antd'
import { Pill, selectOptions } from '../choices'
import { defineField } from '../defineField'
import { shared } from '../parts'

export default defineField<string>({
  icon: 'select',
  commits: 'change',
  width: 120,
  Cell: ({ value, field, language }) => <Pill field={field} value={value} language={language} />,
  Input: (props) => (
    <Select
      {...shared(props)}
      className="full"
      allowClear
      showSearch={{ optionFilterProp: 'label' }}
      {...(props.inline ? { defaultOpen: true } : {})}
      value={props.value ?? null}
      onChange={(value: string | undefined) => props.onChange(value ?? null)}
      options={selectOptions(props.field, props.language, props.value)}
    />
  ),
})
