import type { Ref } from '../../../ui/api'
import { defineField } from '../defineField'
import { findTeams, RefPicker } from '../parts'

export default defineField<Ref>({
  icon: 'users',
  commits: 'change',
  width: 140,
  Cell: ({ value }) => <span className="cut">{value.name ?? value.title}</span>,
  Input: ({ value, onChange, ...rest }) => (
    <RefPicker {...rest} value={value} find={findTeams} onChange={(ref) => onChange(ref as Ref | null)} />
  ),
})
