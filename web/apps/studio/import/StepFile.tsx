/** Step one: what the file holds, which sheet is meant, which row names the columns, and what was noticed. */
import { Link } from '@tanstack/react-router'
import { Alert, Button, InputNumber, Progress } from 'antd'
import { useState } from 'react'
import { bytes, number } from '../../../ui/format'
import { Icon } from '../../../ui/Icon'
import { useWords } from '../../../ui/i18n'
import type { Acts } from './acts'
import type { StepProps } from './ImportPage'
import { type Import, imports, isBusy, type Note, type Sheet } from './server'
import { TroubleBox } from './Trouble'
import { sheetOf } from './useMap'

export function StepFile({ one, mapping, acts, onGo }: { one: Import; acts: Acts } & Partial<StepProps>) {
  const { t, language } = useWords()
  if (one.state === 'reading') return <ReadingNow one={one} acts={acts} />
  if (one.problem && !one.sheets.length)
    return (
      <TroubleBox trouble={one.problem}>
        <Link to="/imports/new">{t('imports.file.another')}</Link>
      </TroubleBox>
    )
  if (!mapping || !onGo) return null
  const { kind, encoding, delimiter, size } = one.file
  const facts = [
    t(`imports.kind.${kind}`, { defaultValue: kind.toUpperCase() }),
    bytes(size, language),
    encoding?.toUpperCase(),
    delimiter && t(`imports.delimiter.${DELIMITERS[delimiter] ?? 'other'}`, { sign: delimiter }),
  ].filter(Boolean)
  const choose = (sheet: Sheet) => {
    const best = one.maps.find((proposal) => proposal.sheet === sheet.name)
    mapping.change(best?.map ?? { key: 'import', sheet: sheet.name, targets: [] })
  }
  const chosen = sheetOf(one, mapping.map)
  return (
    <div className="step-file">
      <p className="quiet">{facts.join(t('imports.dot'))}</p>
      {one.notes.length > 0 && <Notes notes={one.notes} />}
      <fieldset className="sheets">
        <legend className="unseen">{t('imports.file.sheets')}</legend>
        {one.sheets.map((sheet) => (
          <SheetCard
            key={sheet.name}
            one={one}
            sheet={sheet}
            acts={acts}
            single={one.sheets.length === 1}
            chosen={sheet === chosen}
            editable={mapping.editable}
            onChoose={() => choose(sheet)}
          />
        ))}
      </fieldset>
      <div className="step-foot">
        <Button type="primary" onClick={() => onGo('map')} disabled={!chosen?.columns.length}>
          {t('imports.steps.map')}
        </Button>
      </div>
    </div>
  )
}

const DELIMITERS: Record<string, string> = { ',': 'comma', ';': 'semicolon', '\t': 'tab', '|': 'bar' }

function ReadingNow({ one, acts }: { one: Import; acts: Acts }) {
  const { t, language } = useWords()
  const rows = one.progress?.rows ?? 0
  return (
    <section className="sending" aria-live="polite">
      <h2>{t('imports.file.reading')}</h2>
      <Progress percent={100} showInfo={false} status="active" aria-label={t('imports.file.reading')} />
      <p className="quiet tabular">
        {rows ? t('imports.progressRead', { rows: number(rows, language) }) : bytes(one.file.size, language)}
        {t('imports.dot')}
        {t('imports.leave')}
      </p>
      <Button
        loading={acts.busy === 'cancel' || one.wanted === 'cancel'}
        onClick={() => void acts.act('cancel', () => imports.act(one.id, 'cancel'))}
      >
        {t('action.cancel')}
      </Button>
    </section>
  )
}

interface CardProps {
  one: Import
  sheet: Sheet
  acts: Acts
  single: boolean
  chosen: boolean
  editable: boolean
  onChoose: () => void
}

function SheetCard({ one, sheet, acts, single, chosen, editable, onChoose }: CardProps) {
  const { t, language } = useWords()
  const [row, setRow] = useState<number | null>(null)
  const given = row ?? sheet.header_row
  const facts = [
    t('imports.rows', { count: sheet.rows, shown: number(sheet.rows, language) }),
    t('imports.columns', { count: sheet.columns.length, shown: number(sheet.columns.length, language) }),
  ]
  return (
    <section className={chosen ? 'sheet now' : 'sheet'} aria-label={sheet.name || one.file.name}>
      <div className="sheet-head">
        {single ? (
          <strong className="cut">{sheet.name || one.file.name}</strong>
        ) : (
          <label className="sheet-choice">
            <input type="radio" name="sheet" checked={chosen} disabled={!editable} onChange={onChoose} />
            <strong className="cut">{sheet.name}</strong>
          </label>
        )}
        {sheet.hidden && <span className="pill grey">{t('imports.file.hidden')}</span>}
        <span className="quiet">{facts.join(t('imports.dot'))}</span>
        {sheet.bad > 0 && (
          <span className="danger-text">
            <Icon name="warn" /> {t('imports.file.badRows', { count: sheet.bad, shown: number(sheet.bad, language) })}
          </span>
        )}
      </div>
      {chosen && (
        <>
          {editable && sheet.columns.length > 0 && (
            <div className="header-row">
              <label>
                <span className="quiet">{t('imports.file.headerRow')}</span>
                <InputNumber
                  aria-label={t('imports.file.headerRow')}
                  min={0}
                  max={1000}
                  size="small"
                  value={given}
                  onChange={(value) => setRow(value)}
                />
              </label>
              <span className="quiet">{given === 0 ? t('imports.file.headerNone') : t('imports.file.headerHelp')}</span>
              {row !== null && row !== sheet.header_row && (
                <Button
                  size="small"
                  loading={acts.busy === 'header' || isBusy(one)}
                  onClick={() => void acts.act('header', () => imports.header(one.id, sheet.name, row))}
                >
                  {t('imports.file.readAgain')}
                </Button>
              )}
            </div>
          )}
          {sheet.notes.length > 0 && <Notes notes={sheet.notes} />}
        </>
      )}
      {!sheet.columns.length && <Alert type="warning" showIcon title={t('imports.file.noColumns')} />}
    </section>
  )
}

export function Notes({ notes }: { notes: Note[] }) {
  const { t } = useWords()
  return (
    <ul className="notes" aria-label={t('imports.file.noticed')}>
      {notes.map((note) => (
        <li key={`${note.code}${note.first}`}>
          <Icon name="message" /> {t(`reading.notes.${note.code}`, { ...note.params, count: note.count, first: note.first })}
        </li>
      ))}
    </ul>
  )
}
