import { defineField } from '../defineField'
import { TextInput } from '../parts'

export default defineField<string>({
  icon: 'email',
  width: 190,
  Cell: ({ value }) => (
    <a className="cut" href={`mailto:${value}`} onClick={(event) => event.stopPropagation()} tabIndex={-1}>
      {value}
    </a>
  ),
  Input: (props) => <TextInput {...props} mode="email" />,
})
