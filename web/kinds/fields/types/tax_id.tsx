import { Input, Select } from 'antd'
import { countries, flag } from '../../../ui/format'
import { Icon } from '../../../ui/Icon'
import { useWords } from '../../../ui/i18n'
import { useReference } from '../../../ui/reference'
import { defineField, type InputProps } from '../defineField'
import { Parts, shared, TextInput } from '../parts'

interface TaxId {
  country: string
  number: string
  scheme: string
  valid: boolean | null
}

const OTHER = 'other'

/** Country, the kinds of number that country has, and the number. */
function TaxInput(props: InputProps<TaxId>) {
  const { value, onChange, field, language } = props
  const { t } = useWords()
  const country = value?.country || String(field.options.default_country ?? '')
  const schemes = useReference('tax-schemes', country, country !== '')
  const scheme = value?.scheme || (schemes ? (schemes[0]?.code ?? OTHER) : '')
  const write = (change: Partial<TaxId>) => {
    const next = { country, scheme, number: value?.number ?? '', valid: null, ...change }
    onChange(next.country || next.number ? next : null)
  }
  const kinds = [
    ...(schemes ?? []).map((one) => ({ value: one.code, label: one.name })),
    { value: OTHER, label: t('fields.otherScheme') },
  ]
  return (
    <Parts inline={props.inline} shown={value?.number ?? ''}>
      <label>
        <span>{t('fields.country')}</span>
        <Select
          {...shared(props)}
          className="full"
          showSearch={{ optionFilterProp: 'label' }}
          value={country || null}
          onChange={(code: string) => write({ country: code, scheme: '' })}
          options={countries(language).map(({ code, name }) => ({ value: code, label: `${flag(code)} ${name} ${code}` }))}
        />
      </label>
      <label>
        <span>{t('fields.scheme')}</span>
        <Select
          className="full"
          popupMatchSelectWidth={false}
          disabled={!country}
          value={scheme || null}
          onChange={(key: string) => write({ scheme: key })}
          options={kinds}
        />
      </label>
      <label className="wide">
        <span>{t('fields.number')}</span>
        <Input
          {...shared(props.invalid ? { invalid: true } : {})}
          className="tabular"
          autoComplete="off"
          value={value?.number ?? ''}
          onChange={(event) => write({ number: event.target.value })}
        />
      </label>
    </Parts>
  )
}

export default defineField<TaxId>({
  icon: 'receipt',
  width: 190,
  Cell: ({ value }) => {
    const { t } = useWords()
    return (
      <span className="cut">
        <span className="tabular">{value.number}</span> <span className="quiet">{value.country}</span>
        {value.valid === false && (
          <>
            {' '}
            <Icon name="warn" label={t('fields.invalid')} />
          </>
        )}
      </span>
    )
  },
  Page: ({ value, language }) => {
    const { t } = useWords()
    const schemes = useReference('tax-schemes', value.country)
    const name = value.scheme === OTHER ? t('fields.otherScheme') : schemes?.find((one) => one.code === value.scheme)?.name
    const place = countries(language).find((one) => one.code === value.country)?.name ?? value.country
    return (
      <span className="cut">
        <span className="tabular">{value.number}</span>{' '}
        <span className="quiet">
          {place} · {name ?? value.scheme}
        </span>
        {value.valid === false && (
          <span className="danger-text">
            {' '}
            <Icon name="warn" /> {t('fields.invalid')}
          </span>
        )}
      </span>
    )
  },
  Input: TaxInput,
  FilterInput: ({ value, onChange, operator, language, field }) => {
    const { t } = useWords()
    if (operator === 'valid')
      return (
        <Select
          className="full"
          value={value as never}
          onChange={onChange}
          options={[
            { value: true, label: t('fields.valid') },
            { value: false, label: t('fields.invalid') },
          ]}
        />
      )
    if (operator === 'country_in')
      return (
        <Select
          className="full"
          mode="multiple"
          showSearch={{ optionFilterProp: 'label' }}
          value={(value ?? []) as string[]}
          onChange={onChange}
          options={countries(language).map(({ code, name }) => ({ value: code, label: name }))}
        />
      )
    return <TextInput value={value as string | null} onChange={onChange} field={field} language={language} />
  },
})
