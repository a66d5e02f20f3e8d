import { Input } from 'antd'
import { defineField } from '../defineField'
import { shared, TextInput } from '../parts'

export default defineField<string>({
  icon: 'long',
  wide: true,
  width: 240,
  Cell: ({ value }) => <bdi className="cut prose">{value}</bdi>,
  Input: (props) =>
    props.inline ? (
      <TextInput {...props} />
    ) : (
      <Input.TextArea
        {...shared(props)}
        value={props.value ?? ''}
        dir="auto"
        autoSize={{ minRows: 2, maxRows: 10 }}
        onChange={(event) => props.onChange(event.target.value || null)}
      />
    ),
})
