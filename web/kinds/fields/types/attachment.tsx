import type { StoredFile } from '../../../ui/api'
import { Icon } from '../../../ui/Icon'
import { useWords } from '../../../ui/i18n'
import { defineField } from '../defineField'
import { FileList, FilesInput } from '../files'

export default defineField<StoredFile[]>({
  icon: 'file',
  commits: 'change',
  files: true,
  wide: true,
  onPage: true,
  width: 110,
  Cell: ({ value }) => (
    <span className="cut">
      <Icon name="file" /> {value.length === 1 ? value[0]?.name : value.length}
    </span>
  ),
  Page: FileList,
  Input: (props) => {
    const { t } = useWords()
    return <FilesInput {...props} label={t('file.add')} most={Number(props.field.options.max_count ?? 20)} />
  },
})
