import { AutoComplete, Input, Select } from 'antd'
import { useState } from 'react'
import { countries, country as countryName, flag } from '../../../ui/format'
import { Icon } from '../../../ui/Icon'
import { useWords } from '../../../ui/i18n'
import { useAddressFormat, useReference } from '../../../ui/reference'
import { defineField, type InputProps } from '../defineField'
import { shared, TextInput } from '../parts'

interface Address {
  country: string
  lines: string[]
  city: string
  subdivision: string
  postcode: string
  native: string[]
  text: string
}

const NONE: Address = { country: '', lines: [], city: '', subdivision: '', postcode: '', native: [], text: '' }
const EASTERN = ['CN', 'JP', 'KR', 'TW', 'HK', 'MO']
const lines = (text: string) => (text === '' ? [] : text.split('\n'))

/** The parts that the country's addresses have, from the largest to the smallest where people write them so. */
function AddressInput(props: InputProps<Address>) {
  const { value, onChange, field, language, invalid } = props
  const { t } = useWords()
  const address = { ...NONE, country: String(field.options.default_country ?? ''), ...value }
  const format = useAddressFormat(address.country)
  const subdivisions = useReference('subdivisions', address.country, address.country !== '')
  const [native, setNative] = useState(address.native.length > 0)
  const write = (change: Partial<Address>) => {
    const next = { ...address, ...change }
    const filled = next.country || next.lines.length || next.city || next.subdivision || next.postcode || next.native.length
    onChange(filled ? next : null)
  }
  const flagged = shared(invalid ? { invalid } : {})
  const needed = (name: string) =>
    format?.required.includes(name) && field.options.complete ? <span className="required" /> : null
  const called = format?.subdivision
    ? t(`fields.${format.subdivision}`, { defaultValue: t('fields.subdivision') })
    : t('fields.subdivision')
  const named = subdivisions?.find((one) => one.code === address.subdivision)?.name ?? address.subdivision
  const parts = {
    lines: (
      <label key="lines" className="wide">
        <span>
          {t('fields.lines')}
          {needed('lines')}
        </span>
        <Input.TextArea
          {...flagged}
          dir="auto"
          autoSize={{ minRows: 1, maxRows: 4 }}
          value={address.lines.join('\n')}
          onChange={(event) => write({ lines: lines(event.target.value) })}
        />
      </label>
    ),
    city: (
      <label key="city">
        <span>
          {t('fields.city')}
          {needed('city')}
        </span>
        <Input {...flagged} dir="auto" value={address.city} onChange={(event) => write({ city: event.target.value })} />
      </label>
    ),
    subdivision: (
      <label key="subdivision">
        <span>
          {called}
          {needed('subdivision')}
        </span>
        <AutoComplete
          className="full"
          {...flagged}
          value={named}
          showSearch={{
            filterOption: (input, option) =>
              String(option?.label ?? '')
                .toLowerCase()
                .includes(input.toLowerCase()),
          }}
          options={(subdivisions ?? []).map((one) => ({ value: one.code, label: one.name }))}
          onChange={(text: string) => write({ subdivision: text ?? '' })}
        />
      </label>
    ),
    postcode: (
      <label key="postcode">
        <span>
          {t('fields.postcode')}
          {needed('postcode')}
        </span>
        <Input
          {...flagged}
          className="tabular"
          value={address.postcode}
          onChange={(event) => write({ postcode: event.target.value })}
        />
      </label>
    ),
  }
  const order = EASTERN.includes(address.country)
    ? (['subdivision', 'city', 'lines', 'postcode'] as const)
    : (['lines', 'postcode', 'city', 'subdivision'] as const)
  const has = (name: (typeof order)[number]) =>
    name === 'lines' || name === 'city' || !format || format.parts.includes(name) || address[name] !== ''
  return (
    <span className="parts">
      <label className="wide">
        <span>{t('fields.country')}</span>
        <Select
          {...shared(props)}
          className="full"
          showSearch={{ optionFilterProp: 'label' }}
          value={address.country || null}
          onChange={(code: string) => write({ country: code, subdivision: '' })}
          options={countries(language).map(({ code, name }) => ({ value: code, label: `${flag(code)} ${name} ${code}` }))}
        />
      </label>
      {order.filter(has).map((name) => parts[name])}
      {native ? (
        <label className="wide">
          <span>{t('fields.nativeAddress')}</span>
          <Input.TextArea
            {...flagged}
            dir="auto"
            autoSize={{ minRows: 1, maxRows: 4 }}
            value={address.native.join('\n')}
            onChange={(event) => write({ native: lines(event.target.value) })}
          />
        </label>
      ) : (
        <button type="button" className="link wide" onClick={() => setNative(true)}>
          <Icon name="plus" /> {t('fields.addNative')}
        </button>
      )}
    </span>
  )
}

export default defineField<Address>({
  icon: 'place',
  width: 220,
  wide: true,
  onPage: true,
  Cell: ({ value, language }) => (
    <span className="cut">
      <span aria-hidden>{flag(value.country)}</span>{' '}
      <bdi>{value.text.split('\n').join(', ') || countryName(value.country, language)}</bdi>
    </span>
  ),
  Page: ({ value, language }) => (
    <span className="address">
      {[...value.text.split('\n'), countryName(value.country, language)].filter(Boolean).map((line) => (
        <bdi key={line}>{line}</bdi>
      ))}
      {value.native.map((line) => (
        <bdi key={`n ${line}`} className="quiet">
          {line}
        </bdi>
      ))}
    </span>
  ),
  Input: AddressInput,
  FilterInput: ({ value, onChange, operator, language, field }) => {
    const chosen = (value ?? []) as string[]
    const [of, setOf] = useState(() => (operator === 'subdivision_in' ? (chosen[0]?.slice(0, 2) ?? '') : ''))
    const subdivisions = useReference('subdivisions', of, of !== '')
    const places = countries(language).map(({ code, name }) => ({ value: code, label: name }))
    if (operator === 'country_in')
      return (
        <Select
          className="full"
          mode="multiple"
          showSearch={{ optionFilterProp: 'label' }}
          value={chosen}
          onChange={onChange}
          options={places}
        />
      )
    if (operator === 'subdivision_in')
      return (
        <span className="operand-pair">
          <Select
            className="full"
            showSearch={{ optionFilterProp: 'label' }}
            value={of || null}
            onChange={(code: string) => setOf(code)}
            options={places}
          />
          <Select
            className="full"
            mode="tags"
            showSearch={{ optionFilterProp: 'label' }}
            value={chosen}
            onChange={onChange}
            options={(subdivisions ?? []).map((one) => ({ value: one.code, label: one.name }))}
          />
        </span>
      )
    return <TextInput value={value as string | null} onChange={onChange} field={field} language={language} />
  },
})
