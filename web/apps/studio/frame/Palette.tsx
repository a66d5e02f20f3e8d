/** Ctrl/⌘ K: objects, views, pages and records by name. */
import { useNavigate } from '@tanstack/react-router'
import { Input, Modal } from 'antd'
import { type KeyboardEvent, useEffect, useState } from 'react'
import { api } from '../../../ui/api'
import { useCatalog, useMe } from '../../../ui/catalog'
import { Icon } from '../../../ui/Icon'
import { useWords } from '../../../ui/i18n'

interface Item {
  id: string
  icon: string
  text: string
  hint: string
  to: string
}

export default function Palette({ onClose }: { onClose: () => void }) {
  const catalog = useCatalog()
  const me = useMe()
  const { t, say } = useWords()
  const navigate = useNavigate()
  const [text, setText] = useState('')
  const [records, setRecords] = useState<Item[]>([])
  const [at, setAt] = useState(0)
  const objects = Object.values(catalog.objects).filter((object) => !object.parent)
  // biome-ignore lint/correctness/useExhaustiveDependencies: asked again only when the text changes
  useEffect(() => {
    setAt(0)
    if (text.trim().length < 2) return setRecords([])
    let current = true
    const timer = setTimeout(() => {
      const asks = objects.slice(0, 8).map(async (object) =>
        (await api.pick(object.key, text.trim()).catch(() => [])).slice(0, 4).map((ref) => ({
          id: ref.id,
          icon: object.icon,
          text: ref.title ?? ref.id,
          hint: say(object.labels, object.key),
          to: `/o/${object.key}/${ref.id}`,
        })),
      )
      void Promise.all(asks).then((found) => current && setRecords(found.flat()))
    }, 200)
    return () => {
      current = false
      clearTimeout(timer)
    }
  }, [text])
  const places: Item[] = [
    ...objects.map((object) => ({
      id: object.key,
      icon: object.icon,
      text: say(object.labels, object.key),
      hint: '',
      to: `/o/${object.key}`,
    })),
    ...catalog.views.map((view) => ({
      id: `view:${view.key}`,
      icon: 'star',
      text: say(view.labels, view.key),
      hint: say(catalog.objects[view.object]?.labels, view.object),
      to: `/o/${view.object}?view=${view.key}`,
    })),
    ...objects.map((object) => ({
      id: `bin:${object.key}`,
      icon: 'trash',
      text: t('bin.of', { name: say(object.labels, object.key) }),
      hint: '',
      to: `/o/${object.key}/bin`,
    })),
    ...objects
      .filter((object) => object.create)
      .map((object) => ({
        id: `import:${object.key}`,
        icon: 'upload',
        text: t('imports.into', { name: say(object.labels, object.key) }),
        hint: '',
        to: `/imports/new?object=${object.key}`,
      })),
    { id: 'imports', icon: 'upload', text: t('imports.title'), hint: '', to: '/imports' },
    ...(me.system_rights.includes('build')
      ? [{ id: 'excel', icon: 'upload', text: t('imports.excel.title'), hint: '', to: '/build/excel' }]
      : []),
    ...(me.system_rights.length
      ? ['build', 'admin'].map((key) => ({ id: key, icon: 'settings', text: t(`frame.${key}`), hint: '', to: `/${key}` }))
      : []),
  ]
  const word = text.trim().toLowerCase()
  const items = [
    ...places.filter((item) => !word || `${item.text} ${item.hint} ${item.id}`.toLowerCase().includes(word)).slice(0, 12),
    ...records,
  ]
  const go = (item: Item | undefined) => {
    if (!item) return
    onClose()
    void navigate({ href: item.to } as never)
  }
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.nativeEvent.isComposing) return
    if (event.key === 'ArrowDown') setAt(Math.min(items.length - 1, at + 1))
    else if (event.key === 'ArrowUp') setAt(Math.max(0, at - 1))
    else if (event.key === 'Enter') go(items[at])
    else return
    event.preventDefault()
  }
  return (
    <Modal open footer={null} closable={false} onCancel={onClose} title={t('frame.palette')} classNames={{ header: 'unseen' }}>
      <Input
        autoFocus
        variant="borderless"
        aria-label={t('frame.palette')}
        placeholder={t('frame.palette')}
        prefix={<Icon name="search" />}
        value={text}
        onChange={(event) => setText(event.target.value)}
        onKeyDown={onKeyDown}
      />
      <div className="palette">
        {items.map((item, index) => (
          <button
            type="button"
            key={`${item.to}-${item.id}`}
            className={index === at ? 'now' : ''}
            onMouseEnter={() => setAt(index)}
            onClick={() => go(item)}
          >
            <Icon name={item.icon} /> <bdi className="cut grow">{item.text}</bdi> <span className="quiet">{item.hint}</span>
          </button>
        ))}
        {items.length === 0 && <p className="quiet">{t('palette.none')}</p>}
      </div>
    </Modal>
  )
}
