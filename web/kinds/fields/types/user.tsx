import type { Ref } from '../../../ui/api'
import { defineField } from '../defineField'
import { findPeople, Person, RefPicker } from '../parts'

export default defineField<Ref>({
  icon: 'user',
  commits: 'change',
  width: 140,
  Cell: ({ value }) => <Person value={value} />,
  Input: ({ value, onChange, ...rest }) => (
    <RefPicker {...rest} value={value} find={findPeople} onChange={(ref) => onChange(ref as Ref | null)} />
  ),
})
