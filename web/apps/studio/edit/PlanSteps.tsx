/** What publishing will do to the tables, sentence by sentence. */
import { Icon } from '../../../ui/Icon'
import { useWords } from '../../../ui/i18n'
import type { Step } from './server'

interface Props {
  steps: Step[]
  onJump?: (object: string, field: string) => void
}

/** Fields of a new object stand folded under its line. */
export function PlanSteps({ steps, onJump }: Props) {
  const { t } = useWords()
  const made = new Set(steps.filter((step) => step.op === 'create_object').map((step) => step.object))
  if (!steps.length) return <p className="quiet">{t('plan.nothing')}</p>
  return (
    <ol className="plan-steps">
      {steps
        .filter((step) => step.op !== 'add_field' || !made.has(step.object))
        .map((step) => (
          <StepLine
            key={`${step.op}/${step.object}/${step.field}`}
            step={step}
            {...(onJump ? { onJump } : {})}
            {...(step.op === 'create_object'
              ? { parts: steps.filter((one) => one.op === 'add_field' && one.object === step.object) }
              : {})}
          />
        ))}
    </ol>
  )
}

interface StepProps {
  step: Step
  parts?: Step[]
  onJump?: (object: string, field: string) => void
}

function StepLine({ step, parts, onJump }: StepProps) {
  const { t, say } = useWords()
  const params = step.params as { object_labels?: Record<string, string>; field_labels?: Record<string, string>; type?: string }
  const members = ((step.params.members as string[] | undefined) ?? [])
    .map((one) => t(`build.member.${one}`))
    .join(t('build.comma'))
  const op =
    step.op === 'set_required' || step.op === 'set_unique'
      ? `${step.op}.${step.params.on === false ? 'off' : 'on'}`
      : step.op === 'change_settings'
        ? `change_settings.${step.field ? 'field' : 'object'}`
        : step.op
  const values = (step.params.values as { id: string; value: string }[] | undefined) ?? []
  const labelsOf = (part: Step) => say(part.params.field_labels as Record<string, string> | undefined, part.field)
  return (
    <li className={step.refused ? 'refused' : step.risk}>
      <Icon name={step.refused ? 'warn' : step.risk === 'slow' ? 'clock' : 'check'} />
      <div>
        {t(`plan.${op}`, {
          object: say(params.object_labels, step.object),
          field: say(params.field_labels, step.field),
          type: t(`build.types.${params.type ?? 'text'}`, { defaultValue: params.type ?? '' }),
          members,
        })}
        {step.rows > 0 && (
          <span className="quiet">
            {' '}
            {t(`plan.rows.${step.op}`, { rows: step.rows, defaultValue: t('plan.rows.other', { rows: step.rows }) })}
          </span>
        )}
        {parts && (
          <details>
            <summary className="quiet">{t('build.fields', { count: parts.length })}</summary>
            {parts
              .map(
                (part) =>
                  `${labelsOf(part)} (${t(`build.types.${String(part.params.type)}`, { defaultValue: part.params.type })})`,
              )
              .join(t('build.comma'))}
          </details>
        )}
        {step.risk === 'slow' && <div className="quiet">{t('plan.slow')}</div>}
        {step.refused && (
          <div className="danger-text">
            {t(`build.problem.${step.refused}`, {
              ...step.params,
              values: values
                .slice(0, 3)
                .map((one) => one.value)
                .join(t('build.comma')),
              defaultValue: step.refused,
            })}{' '}
            {onJump && (
              <button type="button" className="link" onClick={() => onJump(step.object, step.field)}>
                {t('plan.goThere')}
              </button>
            )}
            {values.length > 0 && (
              <details className="plan-values" open={values.length <= 5}>
                <summary>
                  {t(Number(step.params.count) > values.length ? 'plan.firstValues' : 'plan.values', {
                    count: Number(step.params.count ?? values.length),
                    shown: values.length,
                  })}
                </summary>
                <ul>
                  {values.map((one) => (
                    <li key={one.id}>
                      <a href={`/o/${step.object}/${one.id}`} target="_blank" rel="noreferrer">
                        {one.value}
                      </a>
                    </li>
                  ))}
                </ul>
              </details>
            )}
          </div>
        )}
      </div>
    </li>
  )
}
