/** The list on a phone: one card a record, the view's first columns in it. */
import { useVirtualizer } from '@tanstack/react-virtual'
import { useEffect, useRef } from 'react'
import type { Row } from '../../../ui/api'
import type { ObjectType } from '../../../ui/catalog'
import type { Column } from '../../../ui/grid/Grid'
import { isBlank, titleOf, Value } from '../../../ui/Value'

interface Props {
  object: ObjectType
  columns: Column[]
  length: number
  row: (index: number) => Row | undefined
  show: (from: number, to: number) => void
  onOpen: (row: Row) => void
}

export function Cards({ object, columns, length, row, show, onOpen }: Props) {
  const box = useRef<HTMLDivElement>(null)
  const virtual = useVirtualizer({
    count: Math.min(length, 200_000),
    getScrollElement: () => box.current,
    estimateSize: () => 108,
    overscan: 4,
    useFlushSync: false,
  })
  const items = virtual.getVirtualItems()
  const first = items[0]?.index ?? 0
  const last = items.at(-1)?.index ?? 0
  useEffect(() => show(first, last), [first, last, show])
  const shown = columns.filter((column) => column.field.key !== object.title).slice(0, 4)
  return (
    <div ref={box} className="cards">
      <ul style={{ height: virtual.getTotalSize() }}>
        {items.map((item) => {
          const record = row(item.index)
          return (
            <li key={item.key} style={{ transform: `translateY(${item.start}px)` }}>
              {record ? (
                <button type="button" className="card" onClick={() => onOpen(record)}>
                  <strong className="cut">{titleOf(object, record)}</strong>
                  <span className="card-values">
                    {shown.map((column) =>
                      isBlank(record[column.field.key]) ? null : (
                        <span key={column.field.key} className="cut">
                          <Value object={object} field={column.field} value={record[column.field.key]} />
                        </span>
                      ),
                    )}
                  </span>
                </button>
              ) : (
                <span className="card">
                  <span className="bone" />
                </span>
              )}
            </li>
          )
        })}
      </ul>
    </div>
  )
}
