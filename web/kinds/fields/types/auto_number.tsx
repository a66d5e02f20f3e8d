import { defineField } from '../defineField'

export default defineField<string>({
  icon: 'number',
  width: 130,
  Cell: ({ value }) => <span className="tabular cut">{value}</span>,
  Input: ({ value }) => <span className="quiet tabular">{value ?? '–'}</span>,
})
