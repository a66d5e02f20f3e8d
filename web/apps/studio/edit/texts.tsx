/** A text in both languages, and the sentences for problems. */
import { Input } from 'antd'
import type { Texts } from '../../../ui/catalog'
import { LANGUAGES, type Language, useWords } from '../../../ui/i18n'
import type { Found } from './model'

interface Props {
  label: string
  value: Texts | undefined
  onChange: (texts: Texts) => void
  area?: boolean
  autoFocus?: boolean
  invalid?: boolean
}

/** The reader's own language first. */
export function TextsInput({ label, value, onChange, area, autoFocus, invalid }: Props) {
  const { language } = useWords()
  const order = (Object.keys(LANGUAGES) as Language[]).sort((one) => (one === language ? -1 : 1))
  const Control = area ? Input.TextArea : Input
  return (
    <div className="texts">
      {order.map((code, index) => (
        <label key={code}>
          <span>
            {label} <small>{LANGUAGES[code]}</small>
          </span>
          <Control
            aria-label={`${label} ${LANGUAGES[code]}`}
            lang={code}
            value={value?.[code] ?? ''}
            {...(autoFocus && index === 0 ? { autoFocus: true } : {})}
            {...(invalid ? { status: 'error' as const } : {})}
            {...(area ? { autoSize: { minRows: 1, maxRows: 4 } } : {})}
            onChange={(event: { target: { value: string } }) => onChange({ ...value, [code]: event.target.value })}
          />
        </label>
      ))}
    </div>
  )
}

/** A problem as a sentence; `first` names a space of messages whose own sentences come before the editor's. */
export function useProblemText(first = 'build') {
  const { t } = useWords()
  return (problem: Found): string => {
    const reason = String(problem.params.reason ?? '')
    const spaces = problem.params.rule === 'formula' ? ['build.formula'] : [`${first}.problem`, 'build.problem']
    const shown = Object.fromEntries(
      Object.entries(problem.params).map(([name, value]) => [name, Array.isArray(value) ? value.join(', ') : value]),
    )
    const value = `problems.${String(problem.params.cause)}`
    const cause =
      reason === 'default' && problem.params.broken
        ? t(`${value}.rules.${String(problem.params.broken)}`, { ...shown, defaultValue: t(`${value}.detail`, shown) })
        : shown.cause
    const setting = shown.setting ? t(`build.option.${String(shown.setting)}`, { defaultValue: String(shown.setting) }) : ''
    const suggestion = problem.params.suggestion
      ? ` ${t('build.formula.suggestion', { suggestion: problem.params.suggestion })}`
      : ''
    return (
      t(
        spaces.map((space) => `${space}.${reason}`),
        { ...shown, cause, setting, defaultValue: t('build.problem.other', { reason: reason || problem.code }) },
      ) + suggestion
    )
  }
}
