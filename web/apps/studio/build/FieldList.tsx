/** The fields in their order: chosen by click or arrows, moved by dragging, Alt + arrows or the menu. */
import { Button, Dropdown, Input } from 'antd'
import { type KeyboardEvent, useEffect, useState } from 'react'
import { controls, isFiles } from '../../../kinds/fields/registry'
import { Icon } from '../../../ui/Icon'
import { useWords } from '../../../ui/i18n'
import { type Doc, dropField, type FieldDef, moveField, type ObjectDef, proposeKey, shiftField } from './model'
import { useTitles } from './server'

const STRUCTURAL_ICONS: Record<string, string> = {
  relation: 'relation',
  lines: 'table',
  lookup: 'eye',
  rollup: 'number',
  formula: 'formula',
}
export const typeIcon = (type: string) => STRUCTURAL_ICONS[type] ?? controls[type]?.icon ?? 'text'

interface Props {
  doc: Doc
  owner: ObjectDef
  original: ObjectDef | undefined
  selected: string
  wrong: ReadonlySet<string>
  changed: ReadonlySet<string>
  onSelect: (key: string) => void
  onChange: (doc: Doc) => void
  onField: (key: string, changes: Partial<FieldDef>) => void
}

export function FieldList({ doc, owner, original, selected, wrong, changed, onSelect, onChange, onField }: Props) {
  const { t, say } = useWords()
  const titles = useTitles()
  const [drag, setDrag] = useState('')
  const [over, setOver] = useState('')
  const [search, setSearch] = useState('')
  const [moved, setMoved] = useState('')
  const live = owner.fields.filter((field) => !field.retired)
  const wanted = search.trim().toLowerCase()
  const listed = live.filter(
    (field) =>
      !wanted ||
      field.key === selected ||
      [field.key, ...Object.values(field.labels), t(`build.types.${field.type}`)].join(' ').toLowerCase().includes(wanted),
  )
  useEffect(() => {
    document.getElementById(`field-${selected}`)?.scrollIntoView({ block: 'nearest' })
  }, [selected])
  const retired = owner.fields.filter((field) => field.retired)
  const focus = (key: string | undefined) => {
    if (!key) return
    onSelect(key)
    document.getElementById(`field-${key}`)?.focus()
  }
  const onKeyDown = (event: KeyboardEvent, index: number, key: string) => {
    const by = event.key === 'ArrowDown' ? 1 : event.key === 'ArrowUp' ? -1 : 0
    if (!by) return
    event.preventDefault()
    if (event.altKey) {
      if (!live[index + by]) return
      setMoved(t('build.movedTo', { name: say(live[index]?.labels, key), place: index + by + 1 }))
      onChange(shiftField(doc, owner.key, key, by))
      requestAnimationFrame(() => document.getElementById(`field-${key}`)?.focus())
    } else focus(listed[listed.findIndex((field) => field.key === key) + by]?.key)
  }
  const isNew = (key: string) => !original?.fields.some((field) => field.key === key)
  const act = (field: FieldDef, action: string) => {
    if (action === 'up' || action === 'down') onChange(shiftField(doc, owner.key, field.key, action === 'up' ? -1 : 1))
    else if (action === 'drop') onChange(dropField(doc, owner.key, field.key))
    else if (action === 'retire') onField(field.key, { retired: true })
    else if (action === 'title') onChange({ ...doc, [owner.key]: { ...owner, title: field.key } })
    else if (action === 'copy') {
      const key = proposeKey(
        `${field.key}`,
        field.type,
        owner.fields.map((one) => one.key),
      )
      const labels = Object.fromEntries(Object.entries(field.labels).map(([code, text]) => [code, `${text} 2`]))
      const at = owner.fields.indexOf(field) + 1
      onChange({
        ...doc,
        [owner.key]: { ...owner, fields: [...owner.fields.slice(0, at), { ...field, key, labels }, ...owner.fields.slice(at)] },
      })
      onSelect(key)
    }
  }
  return (
    <>
      {live.length > 8 && (
        <Input
          allowClear
          className="field-search"
          prefix={<Icon name="search" />}
          aria-label={t('build.findField')}
          placeholder={t('build.findField')}
          value={search}
          onChange={(event) => setSearch(event.target.value)}
        />
      )}
      <span className="unseen" role="status">
        {moved}
      </span>
      <ul className="fields" aria-label={t('build.fieldsOf', { name: say(owner.labels, owner.key) })}>
        {listed.map((field) => {
          const index = live.indexOf(field)
          const name = say(field.labels, t('build.unnamed'))
          return (
            <li
              key={field.key}
              className={[
                'field-item',
                field.key === selected ? 'now' : '',
                over === field.key ? 'over' : '',
                wrong.has(field.key) ? 'wrong' : '',
              ].join(' ')}
              draggable
              onDragStart={(event) => {
                setDrag(field.key)
                event.dataTransfer.effectAllowed = 'move'
                event.dataTransfer.setData('text/plain', field.key)
              }}
              onDragOver={(event) => {
                if (!drag) return
                event.preventDefault()
                setOver(field.key)
              }}
              onDrop={(event) => {
                event.preventDefault()
                if (drag) onChange(moveField(doc, owner.key, drag, field.key))
                setDrag('')
                setOver('')
              }}
              onDragEnd={() => {
                setDrag('')
                setOver('')
              }}
            >
              <span className="grip" aria-hidden>
                ⠿
              </span>
              <button
                type="button"
                id={`field-${field.key}`}
                className="field-open"
                title={t('build.moveHint')}
                aria-keyshortcuts="Alt+ArrowUp Alt+ArrowDown"
                aria-current={field.key === selected}
                onClick={() => onSelect(field.key)}
                onKeyDown={(event) => onKeyDown(event, index, field.key)}
              >
                <Icon name={typeIcon(field.type)} />
                <span className="cut field-name">{name}</span>
                <span className="quiet cut field-type">{t(`build.types.${field.type}`, { defaultValue: field.type })}</span>
                <span className="marks">
                  {owner.title === field.key && <span className="mark">{t('build.titleMark')}</span>}
                  {field.required && <span className="mark">{t('build.member.required')}</span>}
                  {field.unique && <span className="mark">{t('build.member.unique')}</span>}
                  {field.sensitive && <Icon name="lock" label={t('build.member.sensitive')} />}
                  {wrong.has(field.key) && <Icon name="warn" label={t('build.hasProblem')} />}
                  {changed.has(field.key) && (
                    <span className="dot" role="img" aria-label={t(isNew(field.key) ? 'build.isNew' : 'build.isChanged')} />
                  )}
                </span>
              </button>
              <Dropdown
                trigger={['click']}
                menu={{
                  onClick: ({ key }) => act(field, key),
                  items: [
                    { key: 'up', label: t('columns.up'), disabled: index === 0 },
                    { key: 'down', label: t('columns.down'), disabled: index === live.length - 1 },
                    {
                      key: 'title',
                      label: t('build.makeTitle'),
                      disabled: owner.title === field.key || !titles(field.type),
                    },
                    { key: 'copy', label: t('build.copy'), disabled: field.type === 'lines' || isFiles(field.type) },
                    isNew(field.key)
                      ? { key: 'drop', label: t('action.remove'), danger: true, disabled: owner.parent === field.key }
                      : { key: 'retire', label: t('build.retire'), danger: true, disabled: owner.parent === field.key },
                  ],
                }}
              >
                <button type="button" className="icon-button" aria-label={t('build.moreOf', { name })}>
                  <Icon name="more" />
                </button>
              </Dropdown>
            </li>
          )
        })}
      </ul>
      {!listed.length && <p className="quiet">{t('build.noField', { search })}</p>}
      {retired.length > 0 && (
        <details className="retired-fields">
          <summary>{t('build.retiredFields', { count: retired.length })}</summary>
          {retired.map((field) => (
            <div key={field.key} className="row">
              <Icon name={typeIcon(field.type)} />
              <span className="cut grow quiet">{say(field.labels, field.key)}</span>
              <Button size="small" onClick={() => onField(field.key, { retired: false })}>
                {t('build.restore')}
              </Button>
            </div>
          ))}
        </details>
      )}
    </>
  )
}
