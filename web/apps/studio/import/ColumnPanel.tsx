/** One column: what it holds, the fields it goes into, and how its cells are understood on the way. */
import { Button, Drawer } from 'antd'
import { useState } from 'react'
import { number } from '../../../ui/format'
import { Icon } from '../../../ui/Icon'
import { useWords } from '../../../ui/i18n'
import { FieldPicker } from './Columns'
import { fieldAt, type Place, setField, usesOf } from './model'
import type { FileColumn } from './server'
import type { Mapping } from './useMap'
import { ValueSettings } from './ValueSettings'
import { fieldName } from './words'

interface Props {
  mapping: Mapping
  column: FileColumn
  phone: boolean
  onClose: () => void
}

export function ColumnPanel({ mapping, column, phone, onClose }: Props) {
  const { t } = useWords()
  if (phone)
    return (
      <Drawer open title={column.name} placement="bottom" size="85vh" onClose={onClose}>
        <Inside mapping={mapping} column={column} />
      </Drawer>
    )
  return (
    <aside className="column-panel-side" aria-label={column.name}>
      <div className="section-head">
        <h2 className="cut">{column.name}</h2>
        <button type="button" className="icon-button" aria-label={t('action.close')} onClick={onClose}>
          <Icon name="close" />
        </button>
      </div>
      <Inside mapping={mapping} column={column} />
    </aside>
  )
}

function Inside({ mapping, column }: { mapping: Mapping; column: FileColumn }) {
  const { t, language } = useWords()
  const { map, sheet, context, change, editable } = mapping
  const [more, setMore] = useState(false)
  const uses = usesOf(map, column.name)
  const { guess } = column
  const rows = sheet?.rows ?? 0
  const facts = [
    t('imports.map.filledCells', { shown: number(column.filled, language), of: number(rows, language) }),
    t(column.distinct_capped ? 'imports.map.distinctMore' : 'imports.map.distinct', { shown: number(column.distinct, language) }),
  ]
  const put = (place: Place) => (value: Parameters<typeof setField>[2], where?: string) =>
    change(setField(map, place, value), where ? `${place.target}/${place.field}/${where}` : undefined)
  return (
    <div className="column-inside">
      <p className="quiet">
        {facts.join(t('imports.dot'))}
        <br />
        {guess.confidence > 0 &&
          t('imports.map.looksLike', {
            type: t(`build.types.${guess.type}`, { defaultValue: guess.type }),
            share: Math.round(guess.confidence * 100),
          })}
      </p>
      <ul className="examples" aria-label={t('imports.map.examples')}>
        {column.examples.slice(0, 5).map((example) => (
          <li key={example} className="cut" dir="auto">
            {example}
          </li>
        ))}
      </ul>
      {uses.length === 0 && (
        <div className="setting">
          <span>{t('imports.map.into')}</span>
          <FieldPicker mapping={mapping} column={column} place={undefined} label={t('imports.map.into')} />
        </div>
      )}
      {uses.map((place) => {
        const field = fieldAt(map, place, context.catalog)
        const target = map.targets[place.target]
        const value = target?.fields[place.field]
        if (!field || !value || !target || !sheet) return null
        const name = fieldName(context.catalog.objects[target.object], language, field.key)
        return (
          <fieldset key={`${place.target}/${place.field}`} className="use" disabled={!editable}>
            <legend className="unseen">{name}</legend>
            <div className="setting">
              <span>{t('imports.map.into')}</span>
              <FieldPicker mapping={mapping} column={column} place={place} label={t('imports.map.into')} />
            </div>
            <ValueSettings
              field={field}
              value={value}
              column={column}
              sheet={sheet}
              catalog={context.catalog}
              onChange={put(place)}
            />
          </fieldset>
        )
      })}
      {editable &&
        uses.length > 0 &&
        (more ? (
          <div className="setting">
            <span>{t('imports.map.alsoInto')}</span>
            <FieldPicker
              key={uses.length}
              mapping={mapping}
              column={column}
              place={undefined}
              label={t('imports.map.alsoInto')}
            />
          </div>
        ) : (
          <Button type="dashed" size="small" icon={<Icon name="plus" />} onClick={() => setMore(true)}>
            {t('imports.map.alsoInto')}
          </Button>
        ))}
    </div>
  )
}
