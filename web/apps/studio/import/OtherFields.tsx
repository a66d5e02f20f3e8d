/** Fields that are not filled from one column: a fixed value for all rows, several columns together, the record of another object of the row. */
import { Select } from 'antd'
import { controlOf, toWire } from '../../../kinds/fields/registry'
import type { Field } from '../../../ui/catalog'
import { Icon } from '../../../ui/Icon'
import { useWords } from '../../../ui/i18n'
import { calledOf, fillable } from './model'
import type { Sheet, Value } from './server'
import { TemplateInput } from './TemplateInput'
import type { Mapping } from './useMap'
import { fieldName, targetNames } from './words'

interface Props {
  mapping: Mapping
  sheet: Sheet
  index: number
  onField: (field: string, value: Value | undefined) => void
}

const NO_CONSTANT = ['relation', 'user', 'department', 'team', 'lines', 'attachment']

export function OtherFields({ mapping, sheet, index, onField }: Props) {
  const { t, language } = useWords()
  const { map, context } = mapping
  const target = map.targets[index]
  const object = context.catalog.objects[target?.object ?? '']
  if (!target || !object) return null
  const names = targetNames(map, context.catalog, language)
  const others = Object.entries(target.fields).filter(([, value]) => !value.column)
  const free = fillable(object).filter((field) => !(field.key in target.fields))
  const earlier = map.targets.slice(0, index)
  /** What can be said of a field without a column of its own. */
  const ways = (field: Field) => [
    ...(field.type === 'relation'
      ? earlier.flatMap((other, at) =>
          other.object === field.options.target ? [{ key: `record:${calledOf(other)}`, label: names[at] ?? other.object }] : [],
        )
      : []),
    ...(NO_CONSTANT.includes(field.type) ? [] : [{ key: 'constant', label: t('imports.map.constant') }]),
    ...(field.type === 'relation' ? [] : [{ key: 'template', label: t('imports.map.template') }]),
  ]
  const options = free.flatMap((field) => {
    const found = ways(field)
    return found.length
      ? [
          {
            label: fieldName(object, language, field.key),
            options: found.map((way) => ({
              value: `${field.key}|${way.key}`,
              label: `${fieldName(object, language, field.key)}${t('imports.path')}${way.label}`,
            })),
          },
        ]
      : []
  })
  const add = (picked: string | null) => {
    if (!picked) return
    const [field = '', way = ''] = picked.split('|')
    if (way.startsWith('record:')) onField(field, { record: way.slice('record:'.length) })
    else if (way === 'template') onField(field, { template: sheet.columns[0] ? `{${sheet.columns[0].name}}` : '' })
    else onField(field, { constant: startOf(object.fields.find((one) => one.key === field)) })
  }
  return (
    <div className="other-fields">
      <h3>{t('imports.map.others')}</h3>
      {others.map(([key, value]) => {
        const field = object.fields.find((one) => one.key === key)
        if (!field) return null
        const control = controlOf(field.type)
        const label = fieldName(object, language, key)
        return (
          <div key={key} className="other-field">
            <span className="cut" id={`other-${index}-${key}`}>
              {label}
            </span>
            {value.record ? (
              <span className="mark">
                <Icon name="relation" />{' '}
                {names[map.targets.findIndex((other) => calledOf(other) === value.record)] ?? value.record}
              </span>
            ) : value.template !== undefined && value.template !== '' ? (
              <TemplateInput
                label={label}
                sheet={sheet}
                value={value.template}
                onChange={(template) => onField(key, { ...value, template })}
              />
            ) : (
              <fieldset className="bare-set" aria-labelledby={`other-${index}-${key}`}>
                <control.Input
                  value={value.constant ?? null}
                  field={field}
                  language={language}
                  onChange={(next: unknown) => onField(key, { ...value, constant: toWire(field, next) ?? startOf(field) })}
                />
              </fieldset>
            )}
            <button
              type="button"
              className="icon-button"
              aria-label={t('imports.map.removeField', { name: label })}
              onClick={() => onField(key, undefined)}
            >
              <Icon name="close" />
            </button>
          </div>
        )
      })}
      <Select
        size="small"
        className="full"
        aria-label={t('imports.map.addOther')}
        placeholder={t('imports.map.addOther')}
        showSearch={{ optionFilterProp: 'label' }}
        value={null}
        options={options}
        onChange={add}
      />
    </div>
  )
}

/** A fixed value to begin with, of the right kind. */
function startOf(field: Field | undefined): unknown {
  if (!field) return ''
  if (field.type === 'checkbox') return true
  if (field.type === 'tags') return []
  const first = (field.options.options as { key: string; retired?: boolean }[] | undefined)?.find((one) => !one.retired)
  return first ? first.key : ''
}
