/** Refused rows as a sheet: what is wrong stands below its cell; every cell can be mended in place by keyboard. */
import { Button } from 'antd'
import { type KeyboardEvent, useRef, useState } from 'react'
import { Icon } from '../../../ui/Icon'
import { useWords } from '../../../ui/i18n'
import { fieldAt, usesOf } from './model'
import type { BadRow, ProblemGroup } from './server'
import type { Mapping } from './useMap'
import { targetNames } from './words'

export interface BadProps {
  columns: string[]
  rows: BadRow[]
  mapping: Mapping
  problems: ProblemGroup[]
  onMend?: (row: BadRow, column: string, text: string) => Promise<BadRow | undefined>
  onReplace?: (column: string, value: string, by: string) => Promise<void>
  onDrop?: (row: BadRow) => Promise<void>
}

/** A text that was just mended and stands in other rows too. */
export interface Same {
  row: number
  column: string
  from: string
  to: string
  count: number
}

export const othersWith = (problems: ProblemGroup[], column: string, value: string): number =>
  problems
    .filter((group) => group.column === column)
    .reduce((most, group) => Math.max(most, group.values.find((one) => one.value === value)?.count ?? 0), 0) - 1

/** Columns with problems come first: what is to be mended is in view. */
export function orderOf(columns: string[], problems: ProblemGroup[]): number[] {
  const wrong = new Set(problems.map((group) => group.column))
  const places = columns.map((_, place) => place)
  return [
    ...places.filter((place) => wrong.has(columns[place] ?? '')),
    ...places.filter((place) => !wrong.has(columns[place] ?? '')),
  ]
}

export function BadTable(props: BadProps) {
  const { columns, rows, mapping, problems, onDrop } = props
  const { t, say, language } = useWords()
  const box = useRef<HTMLDivElement>(null)
  const [at, setAt] = useState({ row: 0, column: 0 })
  const [editing, setEditing] = useState<{ row: number; column: number; text: string } | null>(null)
  const [same, setSame] = useState<Same | null>(null)
  const order = orderOf(columns, problems)
  const { map, context } = mapping
  const names = targetNames(map, context.catalog, language)
  const fieldsOf = (column: string) =>
    usesOf(map, column)
      .map((place) => {
        const own = say(fieldAt(map, place, context.catalog)?.labels, place.field)
        return names.length > 1 ? `${names[place.target]}${t('imports.path')}${own}` : own
      })
      .join(t('imports.comma'))
  const move = (row: number, column: number) => {
    const next = { row: clamp(row, rows.length), column: clamp(column, order.length) }
    setAt(next)
    requestAnimationFrame(() => box.current?.querySelector<HTMLElement>(`[data-at="${next.row}:${next.column}"]`)?.focus())
  }
  const begin = (row: number, column: number, text: string) => {
    setAt({ row, column })
    setEditing({ row, column, text })
  }
  const end = async (saved: boolean, go: [number, number] | null) => {
    const now = editing
    setEditing(null)
    if (!now) return
    const row = rows[now.row]
    const place = order[now.column] ?? 0
    const column = columns[place] ?? ''
    const before = row?.cells[place] ?? ''
    if (go) move(now.row + go[0], now.column + go[1])
    if (!saved || !row || now.text === before) return
    const made = await props.onMend?.(row, column, now.text)
    const others = othersWith(problems, column, before)
    const clean = made && !made.problems.some((problem) => problem.column === column)
    setSame(
      clean && others > 0 && props.onReplace ? { row: row.number, column, from: before, to: now.text, count: others } : null,
    )
  }
  const onKeyDown = (event: KeyboardEvent, row: number, column: number) => {
    if (event.nativeEvent.isComposing || editing) return
    const text = rows[row]?.cells[order[column] ?? 0] ?? ''
    const moves: Record<string, [number, number]> = {
      ArrowDown: [1, 0],
      ArrowUp: [-1, 0],
      ArrowRight: [0, 1],
      ArrowLeft: [0, -1],
    }
    const by = moves[event.key]
    if (by) move(row + by[0], column + by[1])
    else if (event.key === 'Home') move(row, 0)
    else if (event.key === 'End') move(row, order.length - 1)
    else if ((event.key === 'Enter' || event.key === 'F2') && props.onMend) begin(row, column, text)
    else if (event.key === 'Delete' && props.onMend) begin(row, column, '')
    else if (event.key.length === 1 && !event.ctrlKey && !event.metaKey && !event.altKey && props.onMend)
      begin(row, column, event.key)
    else return
    event.preventDefault()
  }
  return (
    <div ref={box} className="bad-table sample-scroll">
      <table className="sample">
        <thead>
          <tr>
            <th scope="col" className="row-number">
              {t('imports.rowNumber')}
            </th>
            {order.map((place) => (
              <th key={columns[place]} scope="col">
                <span className="cut sample-name">{columns[place]}</span>
                <span className="cut sample-field">{fieldsOf(columns[place] ?? '') || t('imports.map.unused')}</span>
              </th>
            ))}
            {onDrop && (
              <th scope="col" className="row-end">
                <span className="unseen">{t('imports.bad.leaveOut')}</span>
              </th>
            )}
          </tr>
        </thead>
        <tbody>
          {rows.map((row, index) => {
            const whole = row.problems.filter((problem) => !columns.includes(problem.column))
            const clean = row.mended && row.problems.length === 0
            return (
              <tr key={row.number} className={clean ? 'clean' : ''}>
                <th scope="row" className="row-number">
                  {row.number}
                  {clean && (
                    <span className="good-text">
                      <Icon name="check" label={t('imports.bad.clean')} />
                    </span>
                  )}
                  {whole.map((problem) => (
                    <span key={problem.code + problem.detail} className="cell-problem">
                      {problem.detail}
                    </span>
                  ))}
                </th>
                {order.map((place, column) => {
                  const name = columns[place] ?? ''
                  const problem = row.problems.find((one) => one.column === name)
                  const now = editing?.row === index && editing.column === column
                  return (
                    <td
                      key={name}
                      data-at={`${index}:${column}`}
                      className={[problem ? 'bad' : '', props.onMend ? 'mendable' : ''].join(' ').trim()}
                      tabIndex={!now && at.row === index && at.column === column ? 0 : -1}
                      onFocus={(event) => event.target === event.currentTarget && setAt({ row: index, column })}
                      onKeyDown={(event) => event.target === event.currentTarget && onKeyDown(event, index, column)}
                      onClick={() => !now && props.onMend && begin(index, column, row.cells[place] ?? '')}
                    >
                      {now ? (
                        <CellInput
                          label={t('imports.bad.cellOf', { column: name, row: row.number })}
                          text={editing.text}
                          onText={(text) => setEditing({ ...editing, text })}
                          onEnd={(saved, go) => void end(saved, go)}
                        />
                      ) : (
                        <span className="cell-text" dir="auto">
                          {row.cells[place]}
                        </span>
                      )}
                      {problem && (
                        <span className="cell-problem" title={problem.next}>
                          {problem.detail}
                        </span>
                      )}
                      {same?.row === row.number && same.column === name && (
                        <SameButton same={same} onDone={() => setSame(null)} onReplace={props.onReplace} />
                      )}
                    </td>
                  )
                })}
                {onDrop && (
                  <td className="row-end">
                    <button
                      type="button"
                      className="icon-button"
                      aria-label={t('imports.bad.leaveOutRow', { row: row.number })}
                      title={t('imports.bad.leaveOut')}
                      onClick={() => void onDrop(row)}
                    >
                      <Icon name="trash" />
                    </button>
                  </td>
                )}
              </tr>
            )
          })}
        </tbody>
      </table>
    </div>
  )
}

const clamp = (value: number, length: number) => Math.max(0, Math.min(length - 1, value))

interface InputProps {
  label: string
  text: string
  onText: (text: string) => void
  onEnd: (saved: boolean, go: [number, number] | null) => void
}

function CellInput({ label, text, onText, onEnd }: InputProps) {
  const over = useRef(false)
  const end = (saved: boolean, go: [number, number] | null) => {
    if (over.current) return
    over.current = true
    onEnd(saved, go)
  }
  return (
    <input
      className="cell-input"
      // biome-ignore lint/a11y/noAutofocus: the cell that was opened for writing
      autoFocus
      dir="auto"
      aria-label={label}
      value={text}
      onChange={(event) => onText(event.target.value)}
      onBlur={() => end(true, null)}
      onKeyDown={(event) => {
        event.stopPropagation()
        if (event.nativeEvent.isComposing) return
        if (event.key === 'Enter') end(true, [event.shiftKey ? -1 : 1, 0])
        else if (event.key === 'Tab') end(true, [0, event.shiftKey ? -1 : 1])
        else if (event.key === 'Escape') end(false, [0, 0])
        else return
        event.preventDefault()
      }}
    />
  )
}

interface SameProps {
  same: Same
  onDone: () => void
  onReplace: BadProps['onReplace']
}

export function SameButton({ same, onDone, onReplace }: SameProps) {
  const { t } = useWords()
  return (
    <Button
      size="small"
      className="same-button"
      onClick={(event) => {
        event.stopPropagation()
        onDone()
        void onReplace?.(same.column, same.from, same.to)
      }}
    >
      {t('imports.bad.alsoIn', { count: same.count })}
    </Button>
  )
}
