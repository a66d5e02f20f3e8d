import { defineField } from '../defineField'
import { TextInput } from '../parts'

const web = (value: string) => (/^https?:\/\//i.test(value) ? value : undefined)

export default defineField<string>({
  icon: 'link',
  width: 180,
  Cell: ({ value }) => (
    <a
      className="cut"
      href={web(value)}
      target="_blank"
      rel="noreferrer"
      onClick={(event) => event.stopPropagation()}
      tabIndex={-1}
    >
      {value.replace(/^https?:\/\/(www\.)?/i, '').replace(/\/$/, '')}
    </a>
  ),
  Input: (props) => <TextInput {...props} mode="url" />,
})
