import { number } from '../../../ui/format'
import { defineField } from '../defineField'
import { NumberInput } from '../parts'

export default defineField<number | string>({
  icon: 'number',
  align: 'end',
  width: 100,
  Cell: ({ value, language }) => <span className="tabular">{number(value, language)}</span>,
  Input: (props) => <NumberInput {...props} whole />,
})
