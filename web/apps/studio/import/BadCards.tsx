/** Refused rows on a phone: one card a row with its wrong cells as inputs, the rest on demand. */
import { Button, Input } from 'antd'
import { useState } from 'react'
import { Icon } from '../../../ui/Icon'
import { useWords } from '../../../ui/i18n'
import { type BadProps, othersWith, type Same, SameButton } from './BadTable'
import type { BadRow } from './server'

export function BadCards(props: BadProps) {
  return (
    <ul className="bad-cards">
      {props.rows.map((row) => (
        <Card key={row.number} {...props} row={row} />
      ))}
    </ul>
  )
}

function Card({ row, columns, problems, onMend, onReplace, onDrop }: BadProps & { row: BadRow }) {
  const { t } = useWords()
  const [all, setAll] = useState(false)
  const [touched, setTouched] = useState<string[]>([])
  const [same, setSame] = useState<Same | null>(null)
  const whole = row.problems.filter((problem) => !columns.includes(problem.column))
  const clean = row.mended && row.problems.length === 0
  const wrong = (name: string) => row.problems.some((problem) => problem.column === name) || touched.includes(name)
  const shown = columns.filter((name) => all || wrong(name) || (whole.length > 0 && columns.length <= 6))
  const title = row.cells.find((cell, place) => cell && !wrong(columns[place] ?? '')) ?? ''
  const mend = async (name: string, text: string) => {
    const before = row.cells[columns.indexOf(name)] ?? ''
    if (text === before) return
    setTouched((now) => [...now, name])
    const made = await onMend?.(row, name, text)
    const others = othersWith(problems, name, before)
    const fine = made && !made.problems.some((problem) => problem.column === name)
    setSame(fine && others > 0 && onReplace ? { row: row.number, column: name, from: before, to: text, count: others } : null)
  }
  return (
    <li className={clean ? 'bad-card clean' : 'bad-card'}>
      <div className="bad-card-head">
        <span className="quiet tabular">{t('imports.bad.row', { row: row.number })}</span>
        <strong className="cut grow" dir="auto">
          {title}
        </strong>
        {clean && (
          <span className="good-text">
            <Icon name="check" label={t('imports.bad.clean')} />
          </span>
        )}
        {onDrop && (
          <button
            type="button"
            className="icon-button"
            aria-label={t('imports.bad.leaveOutRow', { row: row.number })}
            onClick={() => void onDrop(row)}
          >
            <Icon name="trash" />
          </button>
        )}
      </div>
      {whole.map((problem) => (
        <p key={problem.code + problem.detail} className="cell-problem">
          {problem.detail}
        </p>
      ))}
      {shown.map((name) => {
        const problem = row.problems.find((one) => one.column === name)
        const text = row.cells[columns.indexOf(name)] ?? ''
        return (
          <div key={name} className="bad-card-cell">
            <span className="quiet">{name}</span>
            {onMend ? (
              <CardInput
                key={text}
                label={t('imports.bad.cellOf', { column: name, row: row.number })}
                text={text}
                wrong={Boolean(problem)}
                onSave={(next) => void mend(name, next)}
              />
            ) : (
              <span dir="auto">{text || t('imports.fix.empty')}</span>
            )}
            {problem && <span className="cell-problem">{problem.detail}</span>}
            {same?.column === name && <SameButton same={same} onDone={() => setSame(null)} onReplace={onReplace} />}
          </div>
        )
      })}
      {!all && shown.length < columns.length && (
        <Button size="small" type="text" onClick={() => setAll(true)}>
          {t('imports.bad.allCells', { count: columns.length })}
        </Button>
      )}
    </li>
  )
}

function CardInput({
  label,
  text,
  wrong,
  onSave,
}: {
  label: string
  text: string
  wrong: boolean
  onSave: (text: string) => void
}) {
  const [now, setNow] = useState(text)
  return (
    <Input
      dir="auto"
      aria-label={label}
      {...(wrong ? { status: 'error' as const } : {})}
      value={now}
      onChange={(event) => setNow(event.target.value)}
      onBlur={() => onSave(now)}
      onPressEnter={(event) => !event.nativeEvent.isComposing && event.currentTarget.blur()}
    />
  )
}
