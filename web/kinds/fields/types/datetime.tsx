import { DatePicker } from 'antd'
import dayjs from 'dayjs'
import { ago, instant } from '../../../ui/format'
import { defineField } from '../defineField'
import { shared } from '../parts'

export default defineField<string>({
  icon: 'clock',
  width: 150,
  Cell: ({ value, language }) => (
    <time className="tabular" dateTime={value} title={instant(value, language)}>
      {ago(value, language)}
    </time>
  ),
  Input: (props) => (
    <DatePicker
      {...shared(props)}
      className="full"
      showTime={{ format: 'HH:mm' }}
      format="YYYY-MM-DD HH:mm"
      value={props.value ? dayjs(props.value) : null}
      onChange={(at) => props.onChange(at ? at.toISOString() : null)}
    />
  ),
})
