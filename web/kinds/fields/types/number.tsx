import { number } from '../../../ui/format'
import { defineField } from '../defineField'
import { NumberInput } from '../parts'

export default defineField<string | number>({
  icon: 'number',
  align: 'end',
  width: 120,
  Cell: ({ value, field, language }) => {
    const digits = typeof field.options.digits === 'number' ? field.options.digits : undefined
    return (
      <span className="tabular">
        {number(value, language, digits)}
        {field.options.unit ? ` ${String(field.options.unit)}` : ''}
      </span>
    )
  },
  Input: (props) => (
    <NumberInput {...props} {...(props.field.options.unit ? { suffix: String(props.field.options.unit) } : {})} />
  ),
})
