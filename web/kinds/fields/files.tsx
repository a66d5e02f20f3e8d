/** Files of records: taking them in, listing them, removing them; shared by every type whose values are files. */
import { useRef, useState } from 'react'
import { api, type StoredFile } from '../../ui/api'
import { bytes } from '../../ui/format'
import { Icon } from '../../ui/Icon'
import { useWords } from '../../ui/i18n'
import { sayProblem, say as toast } from '../../ui/toast'
import type { InputProps, PageProps } from './defineField'

const PICTURE = /^image\/(png|jpeg|webp|gif)$/
export const isPicture = (file: StoredFile) => PICTURE.test(file.media_type)

/** Pictures uploaded on this page, shown before any record has them. */
const previews = new Map<string, string>()
export const previewOf = (id: string): string | undefined => previews.get(id)

export const pixels = (file: StoredFile): string => (file.width && file.height ? `${file.width} × ${file.height}` : '')

interface Props extends InputProps<StoredFile[]> {
  /** Media types to choose from, and the sentence for a file of another. */
  accept?: string
  refusal?: string
  label: string
  most: number
}

export function FilesInput({ value, onChange, id, invalid, language, accept, refusal, label, most }: Props) {
  const { t } = useWords()
  const input = useRef<HTMLInputElement>(null)
  const [busy, setBusy] = useState(0)
  const files = value ?? []
  const add = async (list: FileList | null) => {
    const all = [...(list ?? [])]
    const chosen = all.filter((file) => !accept || PICTURE.test(file.type)).slice(0, Math.max(0, most - files.length))
    if (refusal && chosen.length < all.length && all.some((file) => !PICTURE.test(file.type))) toast(refusal)
    setBusy(chosen.length)
    const stored: StoredFile[] = []
    for (const file of chosen) {
      try {
        const made = await api.upload(file)
        if (isPicture(made)) previews.set(made.id, URL.createObjectURL(file))
        stored.push(made)
      } catch (problem) {
        sayProblem(problem)
      }
      setBusy((left) => left - 1)
    }
    if (input.current) input.current.value = ''
    if (stored.length) onChange([...files, ...stored])
  }
  return (
    <div className="files">
      {files.map((file) => (
        <span key={file.id} className="file">
          {previews.has(file.id) ? (
            <img src={previews.get(file.id)} alt="" />
          ) : (
            <Icon name={isPicture(file) ? 'image' : 'file'} />
          )}
          <span className="cut">{file.name}</span>
          <span className="quiet">{pixels(file) || bytes(file.size, language)}</span>
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
      <input
        ref={input}
        id={id}
        type="file"
        multiple={most > 1}
        hidden
        aria-invalid={invalid ? true : undefined}
        {...(accept ? { accept } : {})}
        onChange={(event) => void add(event.target.files)}
      />
      {files.length < most && (
        <button type="button" className="button" disabled={busy > 0} onClick={() => input.current?.click()}>
          <Icon name="upload" /> {busy ? t('file.uploading', { count: busy }) : label}
        </button>
      )}
    </div>
  )
}

/** Every file with its name, pictures small. */
export function FileList({ value, language, address }: PageProps<StoredFile[]>) {
  return (
    <span className="files">
      {value.map((file) => (
        <a key={file.id} className="file" href={address(file.id)} target="_blank" rel="noreferrer">
          {isPicture(file) ? <img src={address(file.id)} alt="" loading="lazy" /> : <Icon name="file" />}
          <span className="cut">{file.name}</span>
          <span className="quiet">{bytes(file.size, language)}</span>
        </a>
      ))}
    </span>
  )
}
