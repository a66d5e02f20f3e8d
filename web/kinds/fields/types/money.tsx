import { Input, Select } from 'antd'
import { type Money, money } from '../../../ui/format'
import { defineField } from '../defineField'
import { shared } from '../parts'

const USUAL = [
  'EUR',
  'USD',
  'CNY',
  'GBP',
  'JPY',
  'HKD',
  'AUD',
  'CAD',
  'CHF',
  'SGD',
  'KRW',
  'INR',
  'BRL',
  'AED',
  'TRY',
  'PLN',
  'MXN',
  'ZAR',
]

export default defineField<Money>({
  icon: 'money',
  align: 'end',
  width: 140,
  Cell: ({ value, language }) => <span className="tabular">{money(value, language)}</span>,
  Input: (props) => {
    const { value, onChange, field } = props
    const allowed =
      Array.isArray(field.options.currencies) && field.options.currencies.length ? (field.options.currencies as string[]) : USUAL
    const first = String(field.options.currency ?? field.options.default_currency ?? allowed[0] ?? 'EUR')
    const currency = value?.currency ?? first
    const list = allowed.includes(currency) ? allowed : [currency, ...allowed]
    return (
      <span className="money-input">
        <Select
          aria-label="ISO 4217"
          value={currency}
          popupMatchSelectWidth={false}
          showSearch
          options={list.map((code) => ({ value: code, label: code }))}
          onChange={(code: string) => onChange({ amount: value?.amount ?? '', currency: code })}
        />
        <Input
          {...shared(props)}
          className="tabular"
          inputMode="decimal"
          value={value ? String(value.amount) : ''}
          onChange={(event) =>
            onChange(event.target.value === '' ? null : { amount: event.target.value.replace(/[\s,]/g, ''), currency })
          }
        />
      </span>
    )
  },
})
