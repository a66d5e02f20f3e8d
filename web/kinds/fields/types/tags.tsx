import { Select } from 'antd'
import { choicesOf, Pill, selectOptions } from '../choices'
import { defineField } from '../defineField'
import { shared } from '../parts'

export default defineField<string[]>({
  icon: 'tags',
  width: 160,
  Cell: ({ value, field, language }) => (
    <span className="pills">
      {value.map((key) => (
        <Pill key={key} field={field} value={key} language={language} />
      ))}
    </span>
  ),
  Input: (props) => (
    <Select
      {...shared(props)}
      className="full"
      mode={choicesOf(props.field).length ? 'multiple' : 'tags'}
      allowClear
      value={props.value ?? []}
      onChange={(value: string[]) => props.onChange(value.length ? value : null)}
      options={selectOptions(props.field, props.language)}
    />
  ),
})
