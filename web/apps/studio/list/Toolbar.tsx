/** The one toolbar line of a list: view, filter, sort, columns, search, create. */
import { useQueryClient } from '@tanstack/react-query'
import { Button, Checkbox, Input, Popover, Select } from 'antd'
import { type RefObject, useEffect, useState } from 'react'
import { api } from '../../../ui/api'
import { type Catalog, fieldOf, type ObjectType, systemFields, useMe } from '../../../ui/catalog'
import { FilterBuilder } from '../../../ui/filter/FilterBuilder'
import { conditions, group, isGroup } from '../../../ui/filter/model'
import { Icon } from '../../../ui/Icon'
import { useWords } from '../../../ui/i18n'
import { sayProblem, say as toast } from '../../../ui/toast'
import { type ListAction, ListMenu } from './ListMenu'
import type { ListState } from './useList'

interface Props {
  catalog: Catalog
  object: ObjectType
  list: ListState
  searchBox: RefObject<HTMLInputElement | null>
  onCreate: () => void
  actions: ListAction[]
}

export function Toolbar({ catalog, object, list, searchBox, onCreate, actions }: Props) {
  const { t, say } = useWords()
  const count = conditions(list.filter)
  const [text, setText] = useState(list.search.search ?? '')
  const now = list.search.search ?? ''
  const { set } = list
  useEffect(() => setText(now), [now])
  useEffect(() => {
    if (text === now) return
    const timer = setTimeout(() => set({ search: text || undefined }), 250)
    return () => clearTimeout(timer)
  }, [text, now, set])
  const root = isGroup(list.draft) ? list.draft : group('and', [list.draft])
  return (
    <div className="toolbar">
      <h1 className="cut">{say(object.labels, object.key)}</h1>
      {list.views.length > 0 && (
        <Select
          aria-label={t('view.choose')}
          variant="borderless"
          popupMatchSelectWidth={false}
          value={list.view?.key ?? ''}
          onChange={(view: string) => set({ view, filter: undefined, sort: undefined, columns: undefined }, false)}
          options={list.views.map((view) => ({
            value: view.key,
            label: `${view.private_to ? '★ ' : ''}${say(view.labels, view.key)}`,
          }))}
        />
      )}
      <span className="toolbar-space" />
      <Popover
        trigger="click"
        placement="bottomLeft"
        content={
          <div className="filter-panel">
            <FilterBuilder catalog={catalog} object={object} value={root} onChange={list.setFilter} />
          </div>
        }
      >
        <Button type={count ? 'primary' : 'text'} ghost={count > 0}>
          <Icon name="filter" /> <span className="wide-only">{t('list.filter')}</span> {count || ''}
        </Button>
      </Popover>
      <Popover trigger="click" placement="bottomLeft" content={<SortPanel object={object} list={list} />}>
        <Button type="text">
          <Icon name="sort" /> <span className="wide-only">{t('list.sort')}</span> {list.sort.length || ''}
        </Button>
      </Popover>
      <Popover trigger="click" placement="bottomRight" content={<ColumnPanel object={object} list={list} />}>
        <Button type="text" className="wide-only">
          <Icon name="columns" /> {t('list.columns')}
        </Button>
      </Popover>
      <SaveView object={object} list={list} />
      <Input
        ref={(box) => {
          searchBox.current = box?.input ?? null
        }}
        className="search-box"
        aria-label={t('list.search')}
        placeholder={t('list.search')}
        prefix={<Icon name="search" />}
        allowClear
        value={text}
        onChange={(event) => setText(event.target.value)}
      />
      <ListMenu actions={actions} />
      {object.create && (
        <Button type="primary" onClick={onCreate}>
          <Icon name="plus" /> <span className="wide-only">{t('action.create')}</span>
        </Button>
      )}
    </div>
  )
}

function SortPanel({ object, list }: { object: ObjectType; list: ListState }) {
  const { t, say } = useWords()
  const fields = [...object.fields, ...Object.values(systemFields)].filter(
    (field) => field.sortable !== false && field.state !== 'masked',
  )
  const free = fields.filter((field) => !list.sort.some((item) => item.field === field.key))
  return (
    <div className="sort-panel">
      {list.sort.map((item, index) => (
        <div key={item.field} className="filter-row">
          <span className="cut grow">{say(fieldOf(object, item.field)?.labels, item.field)}</span>
          <Select
            aria-label={t('list.sort')}
            value={item.descending === true}
            onChange={(descending: boolean) =>
              list.setSort(list.sort.map((old, at) => (at === index ? { field: old.field, descending } : old)))
            }
            options={[
              { value: false, label: t('sort.up') },
              { value: true, label: t('sort.down') },
            ]}
          />
          <button
            type="button"
            className="icon-button"
            aria-label={t('action.remove')}
            onClick={() => list.setSort(list.sort.filter((_, at) => at !== index))}
          >
            <Icon name="close" />
          </button>
        </div>
      ))}
      <Select
        className="full"
        aria-label={t('sort.add')}
        placeholder={t('sort.add')}
        value={null}
        showSearch={{ optionFilterProp: 'label' }}
        onChange={(field: string | null) => field && list.setSort([...list.sort, { field }])}
        options={free.map((field) => ({ value: field.key, label: say(field.labels, field.key) }))}
      />
    </div>
  )
}

function ColumnPanel({ object, list }: { object: ObjectType; list: ListState }) {
  const { t, say } = useWords()
  const all = [...object.fields.map((field) => field.key), ...Object.keys(systemFields).filter((key) => key !== 'deleted_at')]
  const ordered = [...list.chosen.filter((key) => all.includes(key)), ...all.filter((key) => !list.chosen.includes(key))]
  const [dragged, setDragged] = useState<string | null>(null)
  const move = (key: string, before: string) => {
    const rest = list.chosen.filter((item) => item !== key)
    const place = rest.indexOf(before)
    list.setColumns([...rest.slice(0, place < 0 ? rest.length : place), key, ...rest.slice(place < 0 ? rest.length : place)])
  }
  const step = (key: string, by: number) => {
    const keys = [...list.chosen]
    const place = keys.indexOf(key)
    const target = place + by
    if (place < 0 || target < 0 || target >= keys.length) return
    keys.splice(place, 1)
    keys.splice(target, 0, key)
    list.setColumns(keys)
  }
  return (
    <ul className="column-panel">
      {ordered.map((key) => {
        const shown = list.chosen.includes(key)
        return (
          <li
            key={key}
            draggable={shown}
            onDragStart={() => setDragged(key)}
            onDragOver={(event) => event.preventDefault()}
            onDrop={() => dragged && dragged !== key && move(dragged, key)}
          >
            <Checkbox
              checked={shown}
              disabled={shown && list.chosen.length === 1}
              onChange={() => list.setColumns(shown ? list.chosen.filter((item) => item !== key) : [...list.chosen, key])}
            >
              {say(fieldOf(object, key)?.labels, key)}
            </Checkbox>
            {shown && (
              <span>
                <button type="button" className="icon-button" aria-label={t('columns.up')} onClick={() => step(key, -1)}>
                  <Icon name="up" />
                </button>
                <button type="button" className="icon-button" aria-label={t('columns.down')} onClick={() => step(key, 1)}>
                  <Icon name="down" />
                </button>
              </span>
            )}
          </li>
        )
      })}
    </ul>
  )
}

function SaveView({ object, list }: { object: ObjectType; list: ListState }) {
  const { t, language } = useWords()
  const me = useMe()
  const queries = useQueryClient()
  const own = list.view?.private_to === me.person.id ? list.view : undefined
  const [name, setName] = useState('')
  const [open, setOpen] = useState(false)
  if (!list.changed) return null
  const save = async (key: string, labels: Record<string, string>) => {
    const view = {
      kind: 'view',
      key,
      object: object.key,
      labels,
      columns: list.chosen,
      ...(list.filter ? { filter: list.filter } : {}),
      ...(list.sort.length ? { sort: list.sort } : {}),
      widths: { ...list.view?.widths, ...list.widths },
      private_to: me.person.id,
    }
    try {
      await api.saveView(key, view)
      await queries.invalidateQueries({ queryKey: ['catalog'] })
      setOpen(false)
      list.set({ view: key, filter: undefined, sort: undefined, columns: undefined })
      toast(t('view.saved'))
    } catch (problem) {
      sayProblem(problem)
    }
  }
  const fresh = () => void save(`${object.key}_${Date.now().toString(36)}`.slice(-40), { [language]: name.trim() })
  return (
    <Popover
      trigger="click"
      open={open}
      onOpenChange={setOpen}
      content={
        <div className="sort-panel">
          {own && (
            <Button block onClick={() => void save(own.key, own.labels)}>
              {t('view.update')}
            </Button>
          )}
          <Input
            value={name}
            aria-label={t('view.name')}
            placeholder={t('view.name')}
            onChange={(event) => setName(event.target.value)}
          />
          <Button block type="primary" disabled={!name.trim()} onClick={fresh}>
            {t('view.saveNew')}
          </Button>
        </div>
      }
    >
      <Button type="text">{t('view.save')}</Button>
    </Popover>
  )
}
