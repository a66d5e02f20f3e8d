import { defineField } from '../defineField'
import { TextInput } from '../parts'

export default defineField<string>({
  icon: 'building',
  width: 200,
  Cell: ({ value }) => <bdi className="cut">{value}</bdi>,
  Input: TextInput,
  FilterInput: (props) => <TextInput {...props} value={props.value as string | null} />,
})
