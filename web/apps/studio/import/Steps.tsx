/** The five steps of an import, always in view: where one is, what is done, what can be gone back to. */
import { Icon } from '../../../ui/Icon'
import { useWords } from '../../../ui/i18n'

export const STEPS = ['file', 'map', 'try', 'run', 'result'] as const
export type StepName = (typeof STEPS)[number]

interface Props {
  now: StepName
  /** Steps that can be opened. */
  reached: readonly StepName[]
  /** Steps that were done and cannot be opened any more. */
  passed?: readonly StepName[]
  /** A word below a step: rows of the file, fields filled. */
  notes?: Partial<Record<StepName, string>>
  onGo?: (step: StepName) => void
}

export function Steps({ now, reached, passed = [], notes = {}, onGo }: Props) {
  const { t } = useWords()
  const at = STEPS.indexOf(now)
  return (
    <ol className="steps" aria-label={t('imports.steps.label')}>
      {STEPS.map((step, index) => {
        const open = reached.includes(step)
        const past = (open || passed.includes(step)) && index < at
        return (
          <li key={step} className={step === now ? 'now' : past ? 'past' : open ? 'open' : ''}>
            <button
              type="button"
              disabled={!open || !onGo}
              aria-current={step === now ? 'step' : undefined}
              onClick={() => onGo?.(step)}
            >
              <span className="step-mark" aria-hidden>
                {past ? <Icon name="check" /> : index + 1}
              </span>
              <span className="step-name">
                {t(`imports.steps.${step}`)}
                {notes[step] && <small className="cut">{notes[step]}</small>}
              </span>
            </button>
          </li>
        )
      })}
    </ol>
  )
}
