import { useRef, useState } from 'react'
import { api, type StoredFile } from '../../../ui/api'
import { bytes } from '../../../ui/format'
import { Icon } from '../../../ui/Icon'
import { useWords } from '../../../ui/i18n'
import { sayProblem } from '../../../ui/toast'
import { defineField } from '../defineField'

export default defineField<StoredFile[]>({
  icon: 'file',
  commits: 'change',
  width: 110,
  Cell: ({ value }) => (
    <span className="cut">
      <Icon name="file" /> {value.length === 1 ? value[0]?.name : value.length}
    </span>
  ),
  Input: ({ value, onChange, id, language }) => {
    const { t } = useWords()
    const input = useRef<HTMLInputElement>(null)
    const [busy, setBusy] = useState(0)
    const files = value ?? []
    const add = async (list: FileList | null) => {
      const chosen = [...(list ?? [])]
      setBusy(chosen.length)
      const stored: StoredFile[] = []
      for (const file of chosen) {
        try {
          stored.push(await api.upload(file))
        } catch (problem) {
          sayProblem(problem)
        }
        setBusy((left) => left - 1)
      }
      onChange([...files, ...stored])
    }
    return (
      <div className="files">
        {files.map((file) => (
          <span key={file.id} className="file">
            <Icon name="file" />
            <span className="cut">{file.name}</span>
            <span className="quiet">{bytes(file.size, language)}</span>
            <button
              type="button"
              className="icon-button"
              aria-label={t('action.remove')}
              onClick={() => onChange(files.filter((item) => item.id !== file.id))}
            >
              <Icon name="close" />
            </button>
          </span>
        ))}
        <input ref={input} id={id} type="file" multiple hidden onChange={(event) => void add(event.target.files)} />
        <button type="button" className="button" disabled={busy > 0} onClick={() => input.current?.click()}>
          <Icon name="upload" /> {busy ? t('file.uploading', { count: busy }) : t('file.add')}
        </button>
      </div>
    )
  },
})
