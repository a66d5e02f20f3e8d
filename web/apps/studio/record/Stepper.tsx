/** The steps of a status field; a click moves the record. */
import { choicesOf } from '../../../kinds/fields/choices'
import type { Field } from '../../../ui/catalog'
import { useWords } from '../../../ui/i18n'

interface Props {
  field: Field
  value: unknown
  writable: boolean
  onChange: (value: string) => void
}

export function Stepper({ field, value, writable, onChange }: Props) {
  const { say } = useWords()
  const steps = choicesOf(field)
  const now = steps.findIndex((step) => step.key === value)
  const next = steps[now]?.next
  const open = (key: string) => !next || next.includes(key)
  return (
    <ol className="stepper" aria-label={say(field.labels, field.key)}>
      {steps.map((step, index) => (
        <li key={step.key} className={index === now ? 'now' : index < now ? 'past' : ''}>
          <button
            type="button"
            disabled={!writable || index === now || !open(step.key)}
            {...(index === now ? { 'aria-current': 'step' as const } : {})}
            onClick={() => onChange(step.key)}
          >
            {say(step.labels, step.key)}
          </button>
        </li>
      ))}
    </ol>
  )
}
