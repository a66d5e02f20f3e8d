import { phone } from '../../../ui/format'
import { defineField } from '../defineField'
import { TextInput } from '../parts'

export default defineField<string>({
  icon: 'phone',
  width: 150,
  Cell: ({ value }) => (
    <a className="cut tabular" href={`tel:${value}`} dir="ltr" onClick={(event) => event.stopPropagation()} tabIndex={-1}>
      {phone(value)}
    </a>
  ),
  Input: (props) => <TextInput {...props} mode="tel" />,
})
