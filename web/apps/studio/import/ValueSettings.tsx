/** How the cells of a column are understood: what its kind of field needs, then cleaning, replacing, and what stands in for an empty cell. */
import { AutoComplete, Checkbox, InputNumber, Select } from 'antd'
import { useState } from 'react'
import { controlOf, toWire } from '../../../kinds/fields/registry'
import type { Catalog, Field } from '../../../ui/catalog'
import { countries } from '../../../ui/format'
import { Icon } from '../../../ui/Icon'
import { useWords } from '../../../ui/i18n'
import { putStep, stepOf } from './model'
import { ReplaceTable } from './ReplaceTable'
import type { FileColumn, Sheet, Transform, Value } from './server'

interface Props {
  field: Field
  value: Value
  column: FileColumn
  sheet: Sheet
  catalog: Catalog
  onChange: (value: Value, place?: string) => void
}

export function ValueSettings(props: Props) {
  const { field } = props
  const kind = {
    relation: FindSettings,
    date: DateSettings,
    datetime: InstantSettings,
    money: MoneySettings,
    number: NumberSettings,
    integer: NumberSettings,
    percent: NumberSettings,
    phone: PhoneSettings,
  }[field.type]
  const Own = kind
  return (
    <div className="value-settings">
      {Own && <Own {...props} />}
      <Cleaning {...props} />
      <ReplaceTable {...props} />
      {field.type !== 'relation' && <Otherwise {...props} />}
    </div>
  )
}

function FindSettings({ field, value, catalog, onChange }: Props) {
  const { t, say } = useWords()
  const target = catalog.objects[String(field.options.target)]
  const by = (target?.fields ?? []).filter((one) => FINDABLE.includes(one.type) && one.state !== 'masked')
  const find = value.find ?? { by: target?.title ?? '', create: false }
  const put = (changes: Partial<typeof find>) => onChange({ ...value, find: { ...find, ...changes } })
  return (
    <>
      <label className="setting">
        <span>{t('imports.value.findBy', { object: say(target?.labels, String(field.options.target)) })}</span>
        <Select
          size="small"
          className="full"
          aria-label={t('imports.value.findBy', { object: say(target?.labels, '') })}
          value={find.by}
          options={by.map((one) => ({ value: one.key, label: say(one.labels, one.key) }))}
          onChange={(key: string) => put({ by: key })}
        />
      </label>
      {target?.create && (
        <Checkbox checked={find.create ?? false} onChange={(event) => put({ create: event.target.checked })}>
          {t('imports.value.createMissing')}
        </Checkbox>
      )}
    </>
  )
}

const FINDABLE = [
  'text',
  'auto_number',
  'email',
  'phone',
  'url',
  'integer',
  'number',
  'select',
  'country',
  'company_name',
  'person_name',
  'tax_id',
]

function DateSettings({ value, column, onChange }: Props) {
  const { t } = useWords()
  const step = stepOf(value, 'date')
  const put = (changes: Partial<Extract<Transform, { kind: 'date' }>>) =>
    onChange(putStep(value, 'date', { kind: 'date', order: step?.order ?? '', formats: step?.formats ?? [], ...changes }))
  return (
    <>
      <label className="setting">
        <span>{t('imports.value.dateOrder')}</span>
        <Select
          size="small"
          className="full"
          aria-label={t('imports.value.dateOrder')}
          value={step?.order ?? ''}
          options={(['', 'dmy', 'mdy', 'ymd'] as const).map((order) => ({
            value: order,
            label: t(`imports.order.${order || 'auto'}`),
          }))}
          onChange={(order: '' | 'dmy' | 'mdy' | 'ymd') => put({ order })}
        />
        {column.guess.ambiguous && !step?.order && <small className="danger-text">{t('imports.value.ambiguous')}</small>}
      </label>
      <label className="setting">
        <span>{t('imports.value.formats')}</span>
        <Select
          size="small"
          className="full"
          mode="tags"
          aria-label={t('imports.value.formats')}
          placeholder="%d %b %Y"
          value={step?.formats ?? []}
          options={FORMATS.map((format) => ({ value: format, label: format }))}
          onChange={(formats: string[]) => put({ formats })}
        />
        <small className="quiet">{t('imports.value.formatsHelp')}</small>
      </label>
    </>
  )
}

const FORMATS = ['%d %b %Y', '%d. %B %Y', '%b %d, %Y', '%Y%m%d', '%y%m%d', '%Y年%m月%d日']

function InstantSettings(props: Props) {
  const { t } = useWords()
  const { value, onChange } = props
  const given = value.as?.kind === 'instant' ? value.as : { kind: 'instant' as const, zone: 'UTC', format: '' }
  return (
    <>
      <DateSettings {...props} />
      <label className="setting">
        <span>{t('imports.value.zone')}</span>
        <Select
          size="small"
          className="full"
          aria-label={t('imports.value.zone')}
          showSearch
          value={given.zone}
          options={ZONES.map((zone) => ({ value: zone, label: zone }))}
          onChange={(zone: string) => onChange({ ...value, as: { ...given, zone } })}
        />
      </label>
    </>
  )
}

const ZONES: string[] = ['UTC', ...Intl.supportedValuesOf('timeZone')]

function NumberSettings({ value, column, onChange }: Props) {
  const { t } = useWords()
  const step = stepOf(value, 'number')
  const put = (changes: Partial<Extract<Transform, { kind: 'number' }>>) =>
    onChange(putStep(value, 'number', { kind: 'number', decimal: step?.decimal ?? '.', units: step?.units ?? [], ...changes }))
  return (
    <>
      <label className="setting">
        <span>{t('imports.value.decimal')}</span>
        <Select
          size="small"
          className="full"
          aria-label={t('imports.value.decimal')}
          value={step?.decimal ?? '.'}
          options={[
            { value: '.', label: '1,234.5' },
            { value: ',', label: '1.234,5' },
          ]}
          onChange={(decimal: '.' | ',') => put({ decimal })}
        />
      </label>
      <label className="setting">
        <span>{t('imports.value.units')}</span>
        <Select
          size="small"
          className="full"
          mode="tags"
          aria-label={t('imports.value.units')}
          placeholder="kg"
          value={step?.units ?? []}
          options={column.guess.unit ? [{ value: column.guess.unit, label: column.guess.unit }] : []}
          onChange={(units: string[]) => put({ units })}
        />
      </label>
    </>
  )
}

function MoneySettings(props: Props) {
  const { t } = useWords()
  const { field, value, sheet, onChange } = props
  const given = value.as?.kind === 'amount' ? value.as : { kind: 'amount' as const, currency: '', column: '' }
  const allowed = Array.isArray(field.options.currencies) ? (field.options.currencies as string[]) : []
  const codes = allowed.length ? allowed : Intl.supportedValuesOf('currency')
  return (
    <>
      <NumberSettings {...props} />
      <label className="setting">
        <span>{t('imports.value.currency')}</span>
        <Select
          size="small"
          className="full"
          showSearch={{ optionFilterProp: 'label' }}
          aria-label={t('imports.value.currency')}
          value={given.column ? `column:${given.column}` : given.currency || null}
          options={[
            {
              label: t('imports.value.fixedCurrency'),
              options: codes.map((code) => ({ value: code, label: code })),
            },
            {
              label: t('imports.value.currencyColumn'),
              options: sheet.columns.map((column) => ({ value: `column:${column.name}`, label: column.name })),
            },
          ]}
          onChange={(picked: string) => {
            const column = picked.startsWith('column:') ? picked.slice('column:'.length) : ''
            onChange({ ...value, as: { kind: 'amount', currency: column ? '' : picked, column } })
          }}
        />
      </label>
    </>
  )
}

function PhoneSettings({ value, onChange }: Props) {
  const { t, language } = useWords()
  const step = stepOf(value, 'phone')
  return (
    <label className="setting">
      <span>{t('imports.value.phoneCountry')}</span>
      <Select
        size="small"
        className="full"
        allowClear
        showSearch={{ optionFilterProp: 'label' }}
        aria-label={t('imports.value.phoneCountry')}
        placeholder={t('imports.value.phoneNone')}
        value={step?.country || null}
        options={countries(language).map(({ code, name }) => ({ value: code, label: `${name} ${code}` }))}
        onChange={(country: string | null) => onChange(putStep(value, 'phone', { kind: 'phone', country: country ?? '' }))}
      />
    </label>
  )
}

function Cleaning({ field, value, column, onChange }: Props) {
  const { t } = useWords()
  const split = stepOf(value, 'split')
  const cased = stepOf(value, 'case')
  const toggle = (kind: 'collapse' | 'width', on: boolean) => onChange(putStep(value, kind, on ? { kind } : undefined))
  const separators = [',', ';', '/', '|', '-', ' ', '、'].filter((by) => column.examples.some((example) => example.includes(by)))
  return (
    <details className="cleaning" open={Boolean(split || cased)}>
      <summary>{t('imports.value.cleaning')}</summary>
      <div className="cleaning-body">
        <Checkbox checked={Boolean(stepOf(value, 'collapse'))} onChange={(event) => toggle('collapse', event.target.checked)}>
          {t('imports.value.collapse')}
        </Checkbox>
        <Checkbox checked={Boolean(stepOf(value, 'width'))} onChange={(event) => toggle('width', event.target.checked)}>
          {t('imports.value.width')}
        </Checkbox>
        <div className="split-row">
          <Checkbox
            checked={Boolean(split)}
            onChange={(event) =>
              onChange(
                putStep(value, 'split', event.target.checked ? { kind: 'split', by: separators[0] ?? ',', part: 1 } : undefined),
              )
            }
          >
            {t('imports.value.split')}
          </Checkbox>
          {split && (
            <>
              <AutoComplete
                size="small"
                aria-label={t('imports.value.splitBy')}
                value={split.by}
                options={separators.map((by) => ({ value: by, label: by === ' ' ? t('imports.value.space') : by }))}
                onChange={(by: string) => onChange(putStep(value, 'split', { ...split, by }), 'split')}
              />
              <InputNumber
                size="small"
                aria-label={t('imports.value.splitPart')}
                min={-20}
                max={20}
                value={split.part ?? 1}
                onChange={(part) => part && onChange(putStep(value, 'split', { ...split, part }), 'split')}
              />
            </>
          )}
        </div>
        {['text', 'long_text', 'company_name', 'person_name', 'address', 'email'].includes(field.type) && (
          <label className="setting">
            <span>{t('imports.value.case')}</span>
            <Select
              size="small"
              className="full"
              aria-label={t('imports.value.case')}
              value={cased?.to ?? ''}
              options={(['', 'upper', 'lower', 'title'] as const).map((to) => ({
                value: to,
                label: t(`imports.case.${to || 'keep'}`),
              }))}
              onChange={(to: '' | 'upper' | 'lower' | 'title') =>
                onChange(putStep(value, 'case', to ? { kind: 'case', to } : undefined))
              }
            />
          </label>
        )}
      </div>
    </details>
  )
}

function Otherwise({ field, value, onChange }: Props) {
  const { t, language } = useWords()
  const [open, setOpen] = useState(Boolean(value.otherwise))
  const control = controlOf(field.type)
  if (['user', 'department', 'team', 'relation'].includes(field.type)) return null
  if (!open)
    return (
      <button type="button" className="link plain-button" onClick={() => setOpen(true)}>
        <Icon name="plus" /> {t('imports.value.otherwise')}
      </button>
    )
  return (
    <div className="setting">
      <span>{t('imports.value.otherwise')}</span>
      <fieldset className="bare-set" aria-label={t('imports.value.otherwise')}>
        <control.Input
          value={value.otherwise?.constant ?? null}
          field={field}
          language={language}
          onChange={(next: unknown) => {
            const constant = toWire(field, next)
            onChange({ ...value, otherwise: constant === null ? null : { constant } }, 'otherwise')
          }}
        />
      </fieldset>
    </div>
  )
}
