/** The value editor used in grid cells and on the record page: Enter or leaving saves, Escape takes back. */
import { type KeyboardEvent, useRef, useState } from 'react'
import { drawn } from '../kinds/fields/registry'
import { type Field, type ObjectType, useCatalog } from './catalog'
import { useWords } from './i18n'

interface Props {
  object: ObjectType
  field: Field
  value: unknown
  inline?: boolean
  onSave: (value: unknown) => void
  onClose: () => void
}

export function EditCell({ object, field, value, inline = false, onSave, onClose }: Props) {
  const catalog = useCatalog()
  const { language } = useWords()
  const { control } = drawn(catalog, object, field)
  const [draft, setDraft] = useState<unknown>(value ?? null)
  // What was there when the editing began decides whether somebody was faster, whatever the live stream brings meanwhile.
  const [start] = useState({ value, onSave })
  const box = useRef<HTMLFieldSetElement>(null)
  const over = useRef(false)
  const finish = (next: unknown) => {
    if (over.current) return
    over.current = true
    if (JSON.stringify(next ?? null) !== JSON.stringify(start.value ?? null)) start.onSave(next)
    onClose()
  }
  const onKeyDown = (event: KeyboardEvent) => {
    event.stopPropagation()
    if (event.nativeEvent.isComposing) return
    if (event.key === 'Escape') {
      over.current = true
      onClose()
    } else if (
      event.key === 'Enter' &&
      control.commits !== 'change' &&
      field.type !== 'tags' &&
      !(event.target instanceof HTMLTextAreaElement && !event.ctrlKey && !event.metaKey)
    ) {
      event.preventDefault()
      finish(draft)
    }
  }
  const onBlur = () =>
    setTimeout(() => {
      const now = document.activeElement
      const outside = now?.closest('.ant-select-dropdown, .ant-picker-dropdown, .ant-popover')
      if (box.current && !box.current.contains(now) && !outside) finish(draft)
    }, 120)
  return (
    <fieldset ref={box} className="edit-cell" onKeyDown={onKeyDown} onBlur={onBlur}>
      <control.Input
        value={draft}
        field={field}
        language={language}
        inline={inline}
        autoFocus
        onChange={(next: unknown) => {
          setDraft(next)
          if (control.commits === 'change') finish(next)
        }}
      />
    </fieldset>
  )
}
