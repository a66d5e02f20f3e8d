/** The settings of a field type, made from the schema that the server sends; choices, currencies and countries have their own inputs. */
import { Input, InputNumber, Select, Switch } from 'antd'
import { controlOf } from '../../../kinds/fields/registry'
import { countries } from '../../../ui/format'
import { useWords } from '../../../ui/i18n'
import { useReference } from '../../../ui/reference'
import { type Choice, Choices } from './Choices'
import type { FieldDef } from './model'
import type { Schema } from './server'

const CURRENCIES =
  'EUR USD CNY GBP JPY HKD AUD CAD CHF SGD KRW INR BRL AED TRY PLN MXN ZAR SEK NOK DKK CZK HUF THB VND IDR MYR PHP TWD SAR RUB'.split(
    ' ',
  )
const MEDIA = ['image/*', 'application/pdf', 'text/*', 'video/*', 'audio/*', 'application/zip']

interface Props {
  schema: Schema
  field: FieldDef
  published: FieldDef | undefined
  fields: FieldDef[]
  onChange: (options: Record<string, unknown>, place: string) => void
}

export function Settings({ schema, field, published, fields, onChange }: Props) {
  const { t, language } = useWords()
  const languages = useReference('languages')?.map(({ code, name }) => ({ value: code, label: `${name} (${code})` }))
  const root = schema.$ref ? (schema.$defs?.[schema.$ref.split('/').at(-1) ?? ''] ?? schema) : schema
  const options = field.options ?? {}
  const write = (name: string, value: unknown, standard: unknown) => {
    const { [name]: _before, ...rest } = options
    const blank = value === null || value === undefined || value === '' || JSON.stringify(value) === JSON.stringify(standard)
    onChange(blank ? rest : { ...rest, [name]: value }, `${field.key}:${name}`)
  }
  return Object.entries(root.properties ?? {}).map(([name, one]) => {
    const label = t(`build.option.${controlOf(field.type).settings?.[name] ?? name}`, { defaultValue: name })
    const value = options[name] ?? one.default ?? null
    const set = (next: unknown) => write(name, next, one.default)
    if (name === 'options')
      return (
        <Choices
          key={name}
          value={(value as Choice[] | null) ?? []}
          published={((published?.options?.options as Choice[] | undefined) ?? []).map((choice) => choice.key)}
          stages={field.type === 'status'}
          fields={fields}
          onChange={set}
        />
      )
    const listed = one.type === 'array'
    const kind = one.anyOf?.find((part) => part.type !== 'null') ?? one
    const choices = kind.enum?.map((key) => ({ value: key, label: t(`build.optionValue.${name}.${key}`, { defaultValue: key }) }))
    const from = controlOf(field.type).settings?.[name]
    const names = choices ?? (from === 'languages' ? languages : nameOptions(from ?? name, language))
    if (kind.type === 'boolean')
      return (
        <label key={name} className="setting-switch">
          <Switch size="small" checked={Boolean(value)} onChange={set} /> <span>{label}</span>
        </label>
      )
    return (
      <div key={name} className="setting">
        <span>{label}</span>
        {names || listed ? (
          <Select
            aria-label={label}
            className="full"
            allowClear={!choices}
            showSearch={{ optionFilterProp: 'label' }}
            {...(listed ? { mode: (names ? 'multiple' : 'tags') as 'multiple', placeholder: t('build.all') } : {})}
            value={(value || (listed ? [] : null)) as never}
            options={names ?? []}
            onChange={(next: unknown) => set(next ?? null)}
          />
        ) : kind.type === 'integer' || kind.type === 'number' ? (
          <InputNumber aria-label={label} className="full" value={value as number | null} onChange={set} />
        ) : (
          <Input
            aria-label={label}
            type={kind.format === 'date' ? 'date' : 'text'}
            inputMode={kind.format === 'decimal' ? 'decimal' : 'text'}
            value={String(value ?? '')}
            onChange={(event) => set(event.target.value)}
          />
        )}
        {name === 'pattern' && <small className="quiet">{t('build.patternHelp')}</small>}
        {name === 'digits' && field.type === 'money' && <small className="quiet">{t('build.moneyDigits')}</small>}
      </div>
    )
  })
}

function nameOptions(name: string, language: string): { value: string; label: string }[] | undefined {
  if (name === 'currencies' || name === 'default_currency') return CURRENCIES.map((code) => ({ value: code, label: code }))
  if (name === 'allowed' || name === 'countries' || name === 'default_country')
    return countries(language).map(({ code, name: label }) => ({ value: code, label: `${label} (${code})` }))
  if (name === 'media_types') return MEDIA.map((type) => ({ value: type, label: type }))
  return undefined
}
