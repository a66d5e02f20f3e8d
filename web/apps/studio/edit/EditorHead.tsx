/** The bar over every editor: the way back, whether the draft is kept, undo and redo, what else can be done, and publishing. */
import { Alert, Button, Dropdown } from 'antd'
import { type ReactNode, useEffect } from 'react'
import { Icon } from '../../../ui/Icon'
import { useWords } from '../../../ui/i18n'
import { sayProblem } from '../../../ui/toast'
import './edit.css'
import type { Editor } from './useEditor'

interface Action {
  key: string
  label: string
  danger?: boolean
  run: () => void
}

interface Props<T extends object> {
  editor: Editor<T>
  back: ReactNode
  icon: string
  title: string
  /** How many changes there are to publish. */
  count: number
  actions?: Action[]
  onVersions: () => void
  onDiscard: () => void
  onPublish: () => void
  children?: ReactNode
}

export function EditorHead<T extends object>(props: Props<T>) {
  const { editor, back, icon, title, count, actions = [], onVersions, onDiscard, onPublish, children } = props
  const { t } = useWords()
  const { undo, redo } = editor
  useEffect(() => {
    const onKeyDown = (event: KeyboardEvent) => {
      if (
        !(event.ctrlKey || event.metaKey) ||
        event.altKey ||
        document.querySelector('.ant-modal-wrap:not([style*="display: none"])')
      )
        return
      const letter = event.key.toLowerCase()
      if (letter !== 'z' && letter !== 'y') return
      event.preventDefault()
      if (letter === 'y' || event.shiftKey) redo()
      else undo()
    }
    window.addEventListener('keydown', onKeyDown)
    return () => window.removeEventListener('keydown', onKeyDown)
  }, [undo, redo])
  return (
    <>
      <header className="builder-head">
        {back}
        <Icon name={icon} size={20} />
        <h1 className="cut">{title}</h1>
        <span className={`quiet saving ${editor.saving}`} role="status">
          {editor.changed ? t(`build.saving.${editor.saving}`) : ''}
        </span>
        <span className="toolbar-space" />
        <button
          type="button"
          className="icon-button"
          aria-label={t('action.undo')}
          title={`${t('action.undo')} (Ctrl Z)`}
          disabled={!editor.canUndo}
          onClick={undo}
        >
          <Icon name="restore" />
        </button>
        <button
          type="button"
          className="icon-button flip"
          aria-label={t('build.redo')}
          title={`${t('build.redo')} (Ctrl Shift Z)`}
          disabled={!editor.canRedo}
          onClick={redo}
        >
          <Icon name="restore" />
        </button>
        {children}
        <Dropdown
          trigger={['click']}
          menu={{
            items: [
              { key: 'versions', label: t('build.versions'), disabled: !editor.version, onClick: onVersions },
              { key: 'discard', label: t('build.discard'), disabled: !editor.changed, onClick: onDiscard },
              ...actions.map(({ key, label, danger, run }) => ({ key, label, danger: danger ?? false, onClick: run })),
            ],
          }}
        >
          <Button aria-label={t('build.more')} icon={<Icon name="more" />} />
        </Dropdown>
        <Button type="primary" disabled={!editor.changed} onClick={() => void editor.save().then(onPublish)}>
          {editor.changed && count > 0 ? t('build.publishCount', { count }) : t('build.publish')}
        </Button>
      </header>
      {editor.version > editor.base && editor.changed && (
        <Alert
          type="warning"
          showIcon
          title={t('build.newer', { version: editor.version })}
          action={
            <Button size="small" onClick={() => void editor.takeIn().catch(sayProblem)}>
              {t('build.takeIn')}
            </Button>
          }
        />
      )}
      {editor.others.length > 0 && (
        <Alert
          type="info"
          showIcon
          title={t('build.alsoEditing', { count: editor.others.length, names: editor.others.join(t('build.comma')) })}
        />
      )}
    </>
  )
}
