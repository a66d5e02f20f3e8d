import { Checkbox, Select } from 'antd'
import { Icon } from '../../../ui/Icon'
import { useWords } from '../../../ui/i18n'
import { defineField } from '../defineField'

export default defineField<boolean>({
  icon: 'checkbox',
  commits: 'change',
  width: 80,
  Cell: ({ value }) => (value ? <Icon name="check" label="✓" /> : <span className="quiet">–</span>),
  Input: ({ value, onChange, id, autoFocus }) => (
    <Checkbox
      {...(id ? { id } : {})}
      {...(autoFocus ? { autoFocus } : {})}
      checked={value === true}
      onChange={(event) => onChange(event.target.checked)}
    />
  ),
  FilterInput: ({ value, onChange }) => {
    const { t } = useWords()
    return (
      <Select
        className="full"
        value={value as boolean | undefined}
        onChange={onChange}
        options={[
          { value: true, label: t('common.yes') },
          { value: false, label: t('common.no') },
        ]}
      />
    )
  },
})
