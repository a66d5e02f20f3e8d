/** The value editor of one condition, by operator and field type. */
import { Input, Select } from 'antd'
import { selectOptions } from '../../kinds/fields/choices'
import type { AnyControl } from '../../kinds/fields/defineField'
import { findDepartments, findPeople, findTeams, NumberInput, RefPicker } from '../../kinds/fields/parts'
import { api, type Ref } from '../api'
import type { Field } from '../catalog'
import { countries } from '../format'
import { useWords } from '../i18n'

interface Props {
  control: AnyControl
  field: Field
  type: string
  operator: string
  operand: string
  value: unknown
  onChange: (value: unknown) => void
}

const REFS: Record<string, true> = { user: true, department: true, team: true, relation: true }
const known = new Map<string, Ref>()

/** References are sent as ids; names already seen are kept to show them. */
function refs(value: unknown): Ref[] {
  const ids = (Array.isArray(value) ? value : value ? [value] : []) as (string | { me: true })[]
  return ids.map((id) => (typeof id === 'string' ? (known.get(id) ?? { id }) : { id: 'me' }))
}

const search = (field: Field, type: string) => async (text: string) => {
  const found = await (type === 'user'
    ? findPeople(text)
    : type === 'department'
      ? findDepartments(text)
      : type === 'team'
        ? findTeams(text)
        : api.pick(String(field.options.target), text))
  for (const ref of found) known.set(ref.id, ref)
  return found
}

function Within({ value, onChange }: Pick<Props, 'value' | 'onChange'>) {
  const { t } = useWords()
  const span = (value ?? { unit: 'day', last: 7 }) as { unit: string; last?: number; next?: number }
  const side = span.next ? 'next' : 'last'
  const write = (nextSide: string, amount: number, unit: string) => onChange({ unit, [nextSide]: amount })
  const amount = span[side] ?? 7
  return (
    <span className="operand-pair">
      <Select
        value={side}
        onChange={(next: string) => write(next, amount, span.unit)}
        options={['last', 'next'].map((key) => ({ value: key, label: t(`filter.${key}`) }))}
      />
      <Input
        type="number"
        min={1}
        value={amount}
        onChange={(event) => write(side, Math.max(1, Number(event.target.value)), span.unit)}
      />
      <Select
        value={span.unit}
        onChange={(unit: string) => write(side, amount, unit)}
        options={['day', 'week', 'month', 'year'].map((key) => ({ value: key, label: t(`unit.${key}`) }))}
      />
    </span>
  )
}

export function Operand(props: Props) {
  const { control, field, type, operator, operand, value, onChange } = props
  const { language } = useWords()
  if (operand === 'none' || operator === 'empty' || operator === 'filled') return null
  if (operator === 'within') return <Within value={value} onChange={onChange} />
  if (control.FilterInput)
    return (
      <control.FilterInput
        value={value}
        onChange={onChange}
        field={field}
        language={language}
        operand={operand}
        operator={operator}
      />
    )
  const many =
    operator === 'in' || operator === 'currency_in' || operator.startsWith('has_') || (type === 'tags' && operator === 'eq')
  if (REFS[type] && !['contains', 'starts'].includes(operator)) {
    const ids = (picked: Ref | Ref[] | null) => (Array.isArray(picked) ? picked.map((ref) => ref.id) : (picked?.id ?? null))
    return (
      <RefPicker value={refs(value)} multiple={many} find={search(field, type)} onChange={(picked) => onChange(ids(picked))} />
    )
  }
  if (many) {
    const options =
      type === 'country'
        ? countries(language).map(({ code, name }) => ({ value: code, label: name }))
        : operator === 'currency_in'
          ? []
          : selectOptions(field, language)
    return (
      <Select
        className="full"
        mode={options.length ? 'multiple' : 'tags'}
        showSearch={{ optionFilterProp: 'label' }}
        value={(value as string[] | undefined) ?? []}
        onChange={onChange}
        options={options}
      />
    )
  }
  const one = (now: unknown, change: (next: unknown) => void) =>
    !['percent', 'money'].includes(type) && ['number', 'integer', 'decimal'].includes(operand) ? (
      <NumberInput
        value={now as string}
        onChange={change}
        field={field}
        language={language}
        whole={operand !== 'decimal' && type === 'integer'}
      />
    ) : ['contains', 'starts'].includes(operator) || type === 'tags' || type === 'long_text' ? (
      <Input value={(now as string | null) ?? ''} onChange={(event) => change(event.target.value)} />
    ) : (
      <control.Input value={now} onChange={change} field={field} language={language} />
    )
  if (operator !== 'between') return one(value, onChange)
  const pair = (Array.isArray(value) ? value : [null, null]) as [unknown, unknown]
  return (
    <span className="operand-pair">
      {one(pair[0], (next) => onChange([next, pair[1]]))}
      {one(pair[1], (next) => onChange([pair[0], next]))}
    </span>
  )
}
