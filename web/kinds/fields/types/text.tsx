import { defineField } from '../defineField'
import { TextInput } from '../parts'

export default defineField<string>({
  icon: 'text',
  width: 180,
  Cell: ({ value }) => <bdi className="cut">{value}</bdi>,
  Input: TextInput,
})
