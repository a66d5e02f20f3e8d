/** A record beside the list: arrows walk on, Enter opens it fully. */
import { type KeyboardEvent, useEffect, useRef } from 'react'
import type { ObjectType } from '../../../ui/catalog'
import { Icon } from '../../../ui/Icon'
import { useWords } from '../../../ui/i18n'
import { RecordView } from '../record/RecordView'

interface Props {
  object: ObjectType
  id: string
  title: string
  onWalk: (by: number) => void
  onClose: () => void
  onOpen: () => void
}

export function Peek({ object, id, title, onWalk, onClose, onOpen }: Props) {
  const { t } = useWords()
  const box = useRef<HTMLElement>(null)
  useEffect(() => {
    box.current?.focus({ preventScroll: true })
  }, [])
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.target !== box.current) return
    const acts = new Map<string, () => void>([
      ['ArrowLeft', () => onWalk(-1)],
      ['ArrowRight', () => onWalk(1)],
      ['k', () => onWalk(-1)],
      ['j', () => onWalk(1)],
      ['Enter', onOpen],
      ['Escape', onClose],
      [' ', onClose],
    ])
    const act = acts.get(event.key)
    if (!act) return
    event.preventDefault()
    act()
  }
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: the panel takes walking keys while it has the focus
    <aside ref={box} className="peek" tabIndex={0} aria-label={title || t('peek.label')} onKeyDown={onKeyDown}>
      <div className="peek-bar">
        <button type="button" className="icon-button" aria-label={t('peek.before')} onClick={() => onWalk(-1)}>
          <Icon name="left" />
        </button>
        <button type="button" className="icon-button" aria-label={t('peek.next')} onClick={() => onWalk(1)}>
          <Icon name="right" />
        </button>
        <span className="toolbar-space" />
        <button type="button" className="icon-button" aria-label={t('peek.open')} onClick={onOpen}>
          <Icon name="expand" />
        </button>
        <button type="button" className="icon-button" aria-label={t('action.close')} onClick={onClose}>
          <Icon name="close" />
        </button>
      </div>
      <RecordView key={id} object={object} id={id} narrow />
    </aside>
  )
}
