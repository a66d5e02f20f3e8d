import type { StoredFile } from '../../../ui/api'
import { Icon } from '../../../ui/Icon'
import { useWords } from '../../../ui/i18n'
import { defineField } from '../defineField'
import { FilesInput, pixels } from '../files'

export default defineField<StoredFile[]>({
  icon: 'image',
  commits: 'change',
  files: true,
  wide: true,
  onPage: true,
  width: 130,
  Cell: ({ value }) => (
    <span className="cut">
      <Icon name="image" /> {value.length === 1 && value[0] ? pixels(value[0]) || value[0].name : value.length}
    </span>
  ),
  Page: ({ value, address }) => {
    const { t } = useWords()
    return (
      <span className="pictures">
        {value.map((file, place) => (
          <a key={file.id} className="picture" href={address(file.id)} target="_blank" rel="noreferrer">
            <img
              src={address(file.id)}
              alt={t('fields.picture', { number: place + 1, count: value.length, name: file.name })}
              loading="lazy"
              decoding="async"
            />
            <span className="quiet cut">{pixels(file) || file.name}</span>
          </a>
        ))}
      </span>
    )
  },
  Input: (props) => {
    const { t } = useWords()
    return (
      <FilesInput
        {...props}
        accept="image/png,image/jpeg,image/gif,image/webp"
        refusal={t('fields.onlyPictures')}
        label={t('fields.addPicture')}
        most={Number(props.field.options.max_count ?? 5)}
      />
    )
  },
})
