/** A long table in the DOM: virtual rows with recycled elements, one focused cell, everything by keyboard. */
import { useVirtualizer } from '@tanstack/react-virtual'
import { type KeyboardEvent, memo, type ReactNode, useEffect, useRef, useState } from 'react'
import type { Row } from '../api'
import type { Field } from '../catalog'
import type { Sort } from '../filter/model'
import { Icon } from '../Icon'
import { useWords } from '../i18n'

export interface Column {
  field: Field
  label: string
  width: number
  align?: 'end' | undefined
}

export interface GridProps {
  label: string
  columns: Column[]
  length: number
  row: (index: number) => Row | undefined
  show: (from: number, to: number) => void
  cell: (row: Row, column: Column) => ReactNode
  editor: (row: Row, column: Column, close: () => void) => ReactNode
  canEdit: (row: Row, column: Column) => boolean
  sort: Sort[]
  onSort: (field: string, add: boolean) => void
  onResize: (field: string, width: number) => void
  selected: ReadonlySet<string>
  onSelect: (id: string, range: boolean) => void
  onSelectAll: () => void
  onOpen: (row: Row) => void
  onPeek: (row: Row) => void
  active: string | null
  footer?: (column: Column) => ReactNode
}

const HEIGHT = 36
const CHECK = 40
const MOST = 900_000

/** Rows the browser can lay out; beyond that the list asks to be narrowed. */
export const gridLimit = MOST

export function Grid(props: GridProps) {
  const { columns, row, show, selected, footer } = props
  const { t } = useWords()
  const length = Math.min(props.length, MOST)
  const box = useRef<HTMLDivElement>(null)
  const [focus, setFocus] = useState({ row: 0, column: 0 })
  const [editing, setEditing] = useState(false)
  const rows = useVirtualizer({
    count: length,
    getScrollElement: () => box.current,
    estimateSize: () => HEIGHT,
    overscan: 6,
    useFlushSync: false,
    paddingStart: HEIGHT,
    scrollPaddingStart: HEIGHT,
    scrollPaddingEnd: footer ? HEIGHT : 0,
  })
  const items = rows.getVirtualItems()
  const first = items[0]?.index ?? 0
  const last = items.at(-1)?.index ?? 0
  useEffect(() => show(first, last), [first, last, show])

  const template = `${CHECK}px ${columns.map((column) => `${column.width}px`).join(' ')}`
  const width = CHECK + columns.reduce((sum, column) => sum + column.width, 0)
  const at = {
    row: Math.min(focus.row, Math.max(0, length - 1)),
    column: Math.min(focus.column, Math.max(0, columns.length - 1)),
  }

  const take = (next: { row: number; column: number }) => {
    const place = {
      row: Math.max(0, Math.min(length - 1, next.row)),
      column: Math.max(0, Math.min(columns.length - 1, next.column)),
    }
    setFocus(place)
    rows.scrollToIndex(place.row, { align: 'auto' })
    requestAnimationFrame(() =>
      requestAnimationFrame(() => box.current?.querySelector<HTMLElement>(`[data-cell="${place.row}:${place.column}"]`)?.focus()),
    )
  }
  const close = () => {
    setEditing(false)
    take(at)
  }
  const onKeyDown = (event: KeyboardEvent) => {
    if (editing || event.ctrlKey || event.metaKey || event.altKey) return
    if (!(event.target as HTMLElement).dataset.cell) return
    const page = Math.max(1, Math.floor((box.current?.clientHeight ?? 400) / HEIGHT) - 2)
    const moves: Record<string, [number, number]> = {
      ArrowDown: [1, 0],
      j: [1, 0],
      ArrowUp: [-1, 0],
      k: [-1, 0],
      ArrowRight: [0, 1],
      ArrowLeft: [0, -1],
      PageDown: [page, 0],
      PageUp: [-page, 0],
      Home: [0, -1000],
      End: [0, 1000],
    }
    const current = row(at.row)
    const column = columns[at.column]
    const move = moves[event.key]
    if (move) take({ row: at.row + move[0], column: at.column + move[1] })
    else if ((event.key === 'Enter' || event.key === 'e' || event.key === 'F2') && current && column) {
      if (props.canEdit(current, column)) setEditing(true)
      else props.onOpen(current)
    } else if (event.key === 'o' && current) props.onOpen(current)
    else if (event.key === ' ' && current) props.onPeek(current)
    else if (event.key === 'x' && current) props.onSelect(current.id, event.shiftKey)
    else return
    event.preventDefault()
  }

  const all = length > 0 && selected.size > 0
  return (
    <div
      ref={box}
      className="grid"
      role="grid"
      aria-label={props.label}
      aria-rowcount={length + 1}
      aria-colcount={columns.length + 1}
      aria-multiselectable
      onKeyDown={onKeyDown}
    >
      <div className="grid-space" style={{ height: rows.getTotalSize() + (footer ? HEIGHT : 0), width }}>
        <div className="grid-row grid-head" role="row" aria-rowindex={1} style={{ gridTemplateColumns: template, width }}>
          <div className="grid-cell check frozen" role="columnheader" aria-colindex={1}>
            <input type="checkbox" aria-label={t('list.selectLoaded')} checked={all} onChange={props.onSelectAll} />
          </div>
          {columns.map((column, index) => (
            <Head
              key={column.field.key}
              column={column}
              index={index}
              sort={props.sort}
              onSort={props.onSort}
              onResize={props.onResize}
            />
          ))}
        </div>
        {items.map((item) => {
          const record = row(item.index)
          return (
            <Line
              key={item.index % 96}
              index={item.index}
              start={item.start}
              record={record}
              columns={columns}
              template={template}
              width={width}
              focus={item.index === at.row ? at.column : -1}
              editing={editing && item.index === at.row}
              chosen={record ? selected.has(record.id) : false}
              active={record ? record.id === props.active : false}
              props={props}
              onFocus={(column) => setFocus({ row: item.index, column })}
              onEdit={() => setEditing(true)}
              close={close}
            />
          )
        })}
      </div>
      {footer && length > 0 && (
        <div className="grid-row grid-foot" role="row" style={{ gridTemplateColumns: template, width }}>
          <div className="grid-cell check frozen" role="gridcell" />
          {columns.map((column, index) => (
            <div
              key={column.field.key}
              role="gridcell"
              className={`grid-cell ${column.align ?? ''} ${index === 0 ? 'frozen second' : ''}`}
            >
              {footer(column)}
            </div>
          ))}
        </div>
      )}
    </div>
  )
}

function Head({
  column,
  index,
  sort,
  onSort,
  onResize,
}: { column: Column; index: number } & Pick<GridProps, 'sort' | 'onSort' | 'onResize'>) {
  const place = sort.findIndex((item) => item.field === column.field.key)
  const descending = sort[place]?.descending
  const sortable = column.field.sortable !== false
  const drag = (event: React.PointerEvent) => {
    const from = event.clientX
    const move = (next: PointerEvent) =>
      onResize(column.field.key, Math.max(60, Math.min(640, column.width + next.clientX - from)))
    const stop = () => {
      window.removeEventListener('pointermove', move)
      window.removeEventListener('pointerup', stop)
    }
    window.addEventListener('pointermove', move)
    window.addEventListener('pointerup', stop)
    event.preventDefault()
  }
  return (
    <div
      role="columnheader"
      aria-colindex={index + 2}
      aria-sort={place < 0 ? 'none' : descending ? 'descending' : 'ascending'}
      className={`grid-cell ${column.align ?? ''} ${index === 0 ? 'frozen second' : ''}`}
    >
      <button
        type="button"
        tabIndex={-1}
        disabled={!sortable}
        className="head-button"
        onClick={(event) => onSort(column.field.key, event.shiftKey)}
      >
        <span className="cut" title={column.label}>
          {column.label}
        </span>
        {place >= 0 && <Icon name={descending ? 'down' : 'up'} />}
      </button>
      <span className="resize" onPointerDown={drag} />
    </div>
  )
}

interface LineProps {
  index: number
  start: number
  record: Row | undefined
  columns: Column[]
  template: string
  width: number
  focus: number
  editing: boolean
  chosen: boolean
  active: boolean
  props: GridProps
  onFocus: (column: number) => void
  onEdit: () => void
  close: () => void
}

const same = (one: LineProps, two: LineProps) =>
  one.index === two.index &&
  one.start === two.start &&
  one.record === two.record &&
  one.columns === two.columns &&
  one.focus === two.focus &&
  one.editing === two.editing &&
  one.chosen === two.chosen &&
  one.active === two.active &&
  one.width === two.width &&
  one.props.cell === two.props.cell

const Line = memo(function Line({
  index,
  start,
  record,
  columns,
  template,
  width,
  focus,
  editing,
  chosen,
  active,
  props,
  onFocus,
  onEdit,
  close,
}: LineProps) {
  return (
    <div
      role="row"
      aria-rowindex={index + 2}
      aria-selected={chosen}
      className={`grid-row ${chosen ? 'chosen' : ''} ${active ? 'active' : ''}`}
      style={{ gridTemplateColumns: template, width, transform: `translateY(${start}px)` }}
    >
      <div className="grid-cell check frozen" role="gridcell" aria-colindex={1}>
        {record && (
          <input
            type="checkbox"
            tabIndex={-1}
            aria-label={String(index + 1)}
            checked={chosen}
            onClick={(event) => props.onSelect(record.id, event.shiftKey)}
            onChange={() => undefined}
          />
        )}
      </div>
      {columns.map((column, place) => {
        const edits = editing && place === focus && record
        return (
          <div
            key={column.field.key}
            role="gridcell"
            aria-colindex={place + 2}
            tabIndex={focus === place ? 0 : -1}
            data-cell={`${index}:${place}`}
            className={`grid-cell ${column.align ?? ''} ${place === 0 ? 'frozen second' : ''} ${edits ? 'editing' : ''}`}
            onFocus={(event) => event.target === event.currentTarget && onFocus(place)}
            onDoubleClick={() => record && props.canEdit(record, column) && onEdit()}
            onClick={place === 0 ? () => record && props.onPeek(record) : undefined}
            onKeyDown={undefined}
          >
            {record ? edits ? props.editor(record, column, close) : props.cell(record, column) : <span className="bone" />}
          </div>
        )
      })}
    </div>
  )
}, same)
