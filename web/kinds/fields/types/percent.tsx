import { useState } from 'react'
import { percent, shift } from '../../../ui/format'
import { defineField, type InputProps } from '../defineField'
import { NumberInput } from '../parts'

function PercentInput({ value, onChange, ...rest }: InputProps<string | number>) {
  const [typed, setTyped] = useState<{ text: string | number | null; value: unknown } | null>(null)
  const stored = value === null || value === undefined ? null : shift(value, 2)
  const shown = typed && typed.value === value ? typed.text : stored
  const change = (text: string | number | null) => {
    const next = text === null ? null : shift(text, -2)
    setTyped({ text, value: next })
    onChange(next)
  }
  return <NumberInput {...rest} value={shown} onChange={change} suffix="%" />
}

export default defineField<string | number>({
  icon: 'percent',
  align: 'end',
  width: 90,
  Cell: ({ value, field, language }) => (
    <span className="tabular">{percent(value, language, field.options.digits as number | undefined)}</span>
  ),
  Input: PercentInput,
})
