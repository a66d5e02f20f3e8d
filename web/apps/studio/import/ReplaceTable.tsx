/** Texts of a column that become other texts: typed in, or chosen where the field has choices. */
import { Button, Input } from 'antd'
import { useState } from 'react'
import type { Catalog, Field } from '../../../ui/catalog'
import { Icon } from '../../../ui/Icon'
import { useWords } from '../../../ui/i18n'
import { putStep, stepOf } from './model'
import type { FileColumn, Value } from './server'
import { Wording } from './Wording'

interface Props {
  field: Field
  value: Value
  column: FileColumn
  catalog: Catalog
  onChange: (value: Value, place?: string) => void
}

const MOST_SHOWN = 30

export function ReplaceTable({ field, value, column, onChange }: Props) {
  const { t } = useWords()
  const [text, setText] = useState('')
  const values = stepOf(value, 'replace')?.values ?? {}
  const entries = Object.entries(values)
  const put = (next: Record<string, string>, place?: string) =>
    onChange(putStep(value, 'replace', Object.keys(next).length ? { kind: 'replace', values: next } : undefined), place)
  const add = (from: string) => {
    if (from.trim() && !(from in values)) put({ ...values, [from.trim()]: '' })
    setText('')
  }
  return (
    <details className="cleaning" open={entries.length > 0}>
      <summary>{t('imports.value.replace', { count: entries.length })}</summary>
      <div className="cleaning-body">
        {entries.slice(0, MOST_SHOWN).map(([from, to]) => (
          <div key={from} className="replace-row">
            <span className="cut" dir="auto" title={from}>
              {from}
            </span>
            <Icon name="right" />
            <Wording
              field={field}
              label={t('imports.value.replaceOf', { text: from })}
              value={to}
              onChange={(next) => put({ ...values, [from]: next }, `replace/${from}`)}
            />
            <button
              type="button"
              className="icon-button"
              aria-label={t('imports.value.replaceNot', { text: from })}
              onClick={() => put(Object.fromEntries(entries.filter(([other]) => other !== from)))}
            >
              <Icon name="close" />
            </button>
          </div>
        ))}
        {entries.length > MOST_SHOWN && (
          <p className="quiet">{t('imports.value.replaceMore', { count: entries.length - MOST_SHOWN })}</p>
        )}
        <div className="replace-row">
          <Input
            size="small"
            aria-label={t('imports.value.replaceAdd')}
            placeholder={column.examples[0] ?? ''}
            value={text}
            onChange={(event) => setText(event.target.value)}
            onPressEnter={(event) => !event.nativeEvent.isComposing && add(text)}
          />
          <Button size="small" disabled={!text.trim()} onClick={() => add(text)}>
            {t('imports.value.replaceAdd')}
          </Button>
        </div>
      </div>
    </details>
  )
}
