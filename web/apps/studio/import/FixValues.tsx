/** The different values that a problem is about: each gets its right text once, for all its rows. */
import { Button, Drawer } from 'antd'
import { useState } from 'react'
import { number } from '../../../ui/format'
import { Icon } from '../../../ui/Icon'
import { useWords } from '../../../ui/i18n'
import { usePhone } from '../../../ui/theme'
import { fieldAt, usesOf } from './model'
import { nearest } from './nearest'
import type { ProblemGroup } from './server'
import type { Mapping } from './useMap'
import { Wording } from './Wording'

interface Props {
  group: ProblemGroup
  mapping: Mapping
  verb: string
  onFix: (table: Record<string, string>) => void
  onClose: () => void
}

export function FixValues({ group, mapping, verb, onFix, onClose }: Props) {
  const { t, language } = useWords()
  const phone = usePhone()
  const place = usesOf(mapping.map, group.column)[0]
  const field = place && fieldAt(mapping.map, place, mapping.context.catalog)
  const [table, setTable] = useState<Record<string, string>>(() =>
    Object.fromEntries(
      group.values.flatMap(({ value }) => {
        const meant = nearest(field, value)
        return meant ? [[value, meant]] : []
      }),
    ),
  )
  const done = Object.keys(table).length
  const put = (value: string, text: string | undefined) =>
    setTable(({ [value]: _before, ...rest }) => (text === undefined ? rest : { ...rest, [value]: text }))
  const left = group.count - group.values.reduce((sum, one) => sum + one.count, 0)
  return (
    <Drawer
      open
      title={t('imports.fix.title', { column: group.column })}
      placement={phone ? 'bottom' : 'right'}
      size={phone ? '85vh' : 520}
      onClose={onClose}
      footer={
        <div className="form-foot">
          <span className="grow quiet">{t('imports.fix.chosen', { count: done })}</span>
          <Button onClick={onClose}>{t('action.cancel')}</Button>
          <Button type="primary" disabled={!done} onClick={() => onFix(table)}>
            {verb}
          </Button>
        </div>
      }
    >
      <p>{group.detail}</p>
      <ul className="fixes">
        {group.values.map(({ value, count }) => (
          <li key={value}>
            <span className="fix-from">
              <strong className="cut" dir="auto" title={value}>
                {value === '' ? t('imports.fix.empty') : value}
              </strong>
              <span className="quiet tabular">{t('imports.rows', { count, shown: number(count, language) })}</span>
            </span>
            <Icon name="right" />
            <Wording
              field={field}
              label={t('imports.value.replaceOf', { text: value })}
              placeholder={table[value] === '' ? t('imports.fix.emptied') : t('imports.fix.right')}
              value={table[value] ?? ''}
              onChange={(text) => put(value, text === '' ? undefined : text)}
            />
            <Button
              size="small"
              type="text"
              disabled={value === ''}
              onClick={() => put(value, table[value] === '' ? undefined : '')}
            >
              {table[value] === '' ? t('imports.fix.notEmpty') : t('imports.fix.leaveEmpty')}
            </Button>
          </li>
        ))}
      </ul>
      {left > 0 && <p className="quiet">{t('imports.fix.more', { count: left })}</p>}
    </Drawer>
  )
}
