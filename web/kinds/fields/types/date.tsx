import { DatePicker } from 'antd'
import dayjs from 'dayjs'
import { date } from '../../../ui/format'
import { defineField } from '../defineField'
import { shared } from '../parts'

export default defineField<string>({
  icon: 'date',
  commits: 'change',
  width: 110,
  Cell: ({ value, language }) => <time className="tabular">{date(value, language)}</time>,
  Input: (props) => (
    <DatePicker
      {...shared(props)}
      className="full"
      {...(props.inline ? { defaultOpen: true } : {})}
      value={props.value ? dayjs(props.value) : null}
      onChange={(day) => props.onChange(day ? day.format('YYYY-MM-DD') : null)}
    />
  ),
})
