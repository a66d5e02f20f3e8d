/** The records of an object: grid on a desk, cards on a phone, peek beside. */
import { useQuery } from '@tanstack/react-query'
import { useNavigate, useParams } from '@tanstack/react-router'
import { Button } from 'antd'
import { lazy, Suspense, useCallback, useEffect, useRef, useState } from 'react'
import { drawn } from '../../../kinds/fields/registry'
import { api, type Row } from '../../../ui/api'
import { canWrite, type ObjectType, useCatalog } from '../../../ui/catalog'
import { EditCell } from '../../../ui/EditCell'
import { nextSort } from '../../../ui/filter/model'
import { number } from '../../../ui/format'
import { type Column, Grid, gridLimit } from '../../../ui/grid/Grid'
import { useRows } from '../../../ui/grid/useRows'
import { Icon } from '../../../ui/Icon'
import { useWords } from '../../../ui/i18n'
import { useKeys } from '../../../ui/keys'
import { useSave } from '../../../ui/save'
import { Empty, Failed, Skeleton } from '../../../ui/states'
import { usePhone } from '../../../ui/theme'
import { isMasked, stateOf, titleOf, Value } from '../../../ui/Value'
import { CreateDrawer } from '../record/CreateDrawer'
import { BringIn } from './BringIn'
import { BulkBar } from './BulkBar'
import { Cards } from './Cards'
import { CatchingUp } from './CatchingUp'
import { Footer } from './Footer'
import { MadeBy } from './MadeBy'
import { Peek } from './Peek'
import { Toolbar } from './Toolbar'
import { useList } from './useList'

const ExportDialog = lazy(() => import('../exports/ExportDialog'))

export default function ListPage() {
  const { object: key } = useParams({ strict: false }) as { object: string }
  const catalog = useCatalog()
  const { t } = useWords()
  const object = catalog.objects[key]
  if (!object) return <Empty icon="lock" title={t('state.noObject')} text={t('state.noObjectText')} />
  return <List key={key} object={object} />
}

function List({ object }: { object: ObjectType }) {
  const catalog = useCatalog()
  const { t, say, language } = useWords()
  const navigate = useNavigate()
  const phone = usePhone()
  const list = useList(catalog, object)
  const { question, columns, search } = list
  const total = useQuery({
    queryKey: ['object', object.key, 'count', question.filter, question.search, question.made_by],
    queryFn: () =>
      api.count(object.key, {
        ...(question.made_by ? { made_by: question.made_by } : {}),
        ...(question.filter ? { filter: question.filter } : {}),
        ...(question.search ? { search: question.search } : {}),
      }),
  }).data
  const rows = useRows(object.key, question, total)
  const [selected, setSelected] = useState<ReadonlySet<string>>(new Set())
  const lastPick = useRef<string | null>(null)
  const [creating, setCreating] = useState(false)
  const [exporting, setExporting] = useState<{ ids?: string[] } | null>(null)
  const searchBox = useRef<HTMLInputElement>(null)
  const { save, dialog } = useSave(object, rows.patch)
  const question_ = JSON.stringify(question)
  // biome-ignore lint/correctness/useExhaustiveDependencies: another question, another selection
  useEffect(() => setSelected(new Set()), [question_])

  useKeys({
    c: [t('keys.create'), () => object.create && setCreating(true)],
    '/': [t('keys.search'), () => searchBox.current?.focus()],
    Escape: [t('keys.close'), () => list.set({ peek: undefined })],
    'j / k ↑ ↓ ← →': [t('keys.move')],
    Enter: [t('keys.edit')],
    Space: [t('keys.peek')],
    o: [t('keys.open')],
    x: [t('keys.select')],
  })

  const open = (row: Row) => void navigate({ to: '/o/$object/$id', params: { object: object.key, id: row.id } })
  const peek = (row: Row) => list.set({ peek: row.id })
  const select = (id: string, range: boolean) => {
    const from = lastPick.current === null ? undefined : rows.place(lastPick.current)
    const to = rows.place(id)
    lastPick.current = id
    setSelected((now) => {
      const next = new Set(now)
      if (range && from !== undefined && to !== undefined) {
        for (let index = Math.min(from, to); index <= Math.max(from, to); index++) {
          const row = rows.row(index)
          if (row) next.add(row.id)
        }
      } else if (!next.delete(id)) next.add(id)
      return next
    })
  }
  const selectAll = () => {
    if (selected.size) return setSelected(new Set())
    const next = new Set<string>()
    for (let index = 0; index < Math.min(rows.length, 1000); index++) {
      const row = rows.row(index)
      if (row) next.add(row.id)
    }
    setSelected(next)
  }
  const cell = useCallback(
    (row: Row, column: Column) => <Value object={object} field={column.field} value={row[column.field.key]} />,
    [object],
  )
  const canEdit = (row: Row, column: Column) =>
    canWrite(column.field) &&
    !drawn(catalog, object, column.field).control.onPage &&
    stateOf(row, column.field) === 'write' &&
    !isMasked(row[column.field.key]) &&
    (row._actions?.includes('update') ?? true)
  const walk = (by: number) => {
    const place = search.peek ? rows.place(search.peek) : undefined
    const next = place === undefined ? undefined : rows.row(place + by)
    if (next) list.set({ peek: next.id })
  }

  const filtered = Boolean(question.filter || question.search || question.made_by)
  const empty = rows.ready && rows.length === 0
  const bringIn = () => void navigate({ to: '/imports/new', search: { object: object.key } as never })
  const body = () => {
    if (rows.problem && !rows.ready) return <Failed problem={rows.problem} retry={rows.reload} />
    if (!rows.ready) return <Skeleton lines={14} />
    if (empty && filtered)
      return (
        <Empty
          icon="filter"
          title={t('empty.filtered')}
          text={t('empty.filteredText')}
          action={
            <Button
              onClick={() =>
                list.set({
                  filter: list.view?.filter ? JSON.stringify({ op: 'and', of: [] }) : undefined,
                  search: undefined,
                  made_by: undefined,
                })
              }
            >
              {t('empty.clear')}
            </Button>
          }
        />
      )
    if (empty)
      return (
        <Empty
          icon={object.icon}
          title={t('empty.none', { name: say(object.labels, object.key) })}
          text={object.create ? t('empty.noneText') : t('empty.noRight')}
          action={
            object.create && (
              <span className="row">
                <Button type="primary" onClick={() => setCreating(true)}>
                  <Icon name="plus" /> {t('empty.first')}
                </Button>
                <Button onClick={bringIn}>
                  <Icon name="upload" /> {t('imports.begin')}
                </Button>
              </span>
            )
          }
        />
      )
    if (phone)
      return <Cards object={object} columns={columns} length={rows.length} row={rows.row} show={rows.show} onOpen={open} />
    return (
      <Grid
        label={say(object.labels, object.key)}
        columns={columns}
        length={rows.length}
        row={rows.row}
        show={rows.show}
        cell={cell}
        canEdit={canEdit}
        editor={(row, column, close) => (
          <EditCell
            inline
            object={object}
            field={column.field}
            value={row[column.field.key]}
            onSave={(value) => void save(row, column.field, value)}
            onClose={close}
          />
        )}
        sort={list.sort}
        onSort={(field, add) => list.setSort(nextSort(list.sort, field, add))}
        onResize={list.resize}
        selected={selected}
        onSelect={select}
        onSelectAll={selectAll}
        onOpen={open}
        onPeek={peek}
        active={search.peek ?? null}
        footer={(column) => <Footer object={object} field={column.field} question={question} />}
      />
    )
  }
  const actions = [
    ...(object.create ? [{ key: 'import', icon: 'upload', label: t('imports.menu'), run: bringIn }] : []),
    ...(object.export ? [{ key: 'export', icon: 'download', label: t('export.menu'), run: () => setExporting({}) }] : []),
  ]
  const peeked = search.peek ? rows.place(search.peek) : undefined
  return (
    <div className="list">
      <div className="list-main">
        <Toolbar
          catalog={catalog}
          object={object}
          list={list}
          searchBox={searchBox}
          onCreate={() => setCreating(true)}
          actions={actions}
        />
        {search.made_by && <MadeBy id={search.made_by} onClose={() => list.set({ made_by: undefined })} />}
        {selected.size > 0 && (
          <BulkBar
            object={object}
            ids={[...selected]}
            rows={rows}
            onDone={() => setSelected(new Set())}
            onExport={object.export ? () => setExporting({ ids: [...selected] }) : undefined}
          />
        )}
        <BringIn object={object}>
          <div className="list-body">{body()}</div>
        </BringIn>
        <div className="list-status" aria-live="polite">
          {total && t(total.capped ? 'list.countMore' : 'list.count', { shown: number(total.count, language) })}
          <CatchingUp object={object.key} />
          {rows.length >= gridLimit && <span> · {t('list.narrow')}</span>}
          {rows.problem !== null && rows.ready && <span className="danger-text"> · {t('state.failed')}</span>}
        </div>
      </div>
      {search.peek && (
        <Peek
          object={object}
          id={search.peek}
          title={peeked === undefined ? '' : titleOf(object, rows.row(peeked))}
          onWalk={walk}
          onClose={() => list.set({ peek: undefined })}
          onOpen={() => void navigate({ to: '/o/$object/$id', params: { object: object.key, id: search.peek as string } })}
        />
      )}
      {creating && <CreateDrawer object={object} onClose={() => setCreating(false)} />}
      {exporting && (
        <Suspense>
          <ExportDialog
            catalog={catalog}
            object={object}
            question={question}
            columns={list.chosen}
            ids={exporting.ids}
            onClose={() => setExporting(null)}
          />
        </Suspense>
      )}
      {dialog}
    </div>
  )
}
