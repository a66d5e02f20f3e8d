/** What publishing rules will change, in sentences; then they are published. */
import { Alert, Button, Drawer, Input } from 'antd'
import { useState } from 'react'
import { useWords } from '../../../ui/i18n'
import { usePhone } from '../../../ui/theme'
import { sayProblem } from '../../../ui/toast'
import type { Found } from '../edit/model'
import { definitions } from '../edit/server'
import { useProblemText } from '../edit/texts'
import type { ObjectDef } from './model'
import { type Difference, differences, type QualityDef } from './quality'

export function QualityDifferences({
  before,
  after,
  field,
}: {
  before: QualityDef | undefined
  after: QualityDef
  /** What a field of the object is called. */
  field: (key: string) => string
}) {
  const { t, say } = useWords()
  const found = differences(before, after)
  const sentence = (one: Difference): string => {
    switch (one.what) {
      case 'added':
      case 'removed':
      case 'changed':
        return t(`build.quality.diff.${one.what}`, { name: say(one.rule.labels, one.rule.key) })
      case 'outside':
        return t('build.quality.diff.outside', { after: t(`build.quality.tell.${one.after}`) })
      case 'setting':
        return t('build.quality.diff.setting', {
          setting: t(`build.option.${one.setting}`),
          before: one.before,
          after: one.after,
        })
      case 'weight':
        return t('build.quality.diff.setting', { setting: t(`quality.part.${one.weight}`), before: one.before, after: one.after })
      case 'fields':
        return one.fields.length
          ? t('build.quality.diff.fields', {
              fields: one.fields.map(field).join(t('build.comma')),
            })
          : t('build.quality.diff.allFields')
      default:
        return t('build.quality.diff.order')
    }
  }
  if (!found.length) return <p className="quiet">{t('build.diff.none')}</p>
  return (
    <ul className="differences">
      {found.map((one) => (
        <li key={JSON.stringify(one)}>{sentence(one)}</li>
      ))}
    </ul>
  )
}

interface Props {
  name: string
  before: QualityDef | undefined
  after: QualityDef
  base: number
  owner: ObjectDef
  problems: Found[]
  onPublished: (changeSet: string) => void
  onClose: () => void
}

export function QualityPlan({ name, before, after, base, owner, problems, onPublished, onClose }: Props) {
  const { t, say } = useWords()
  const phone = usePhone()
  const sentence = useProblemText()
  const [title, setTitle] = useState('')
  const [busy, setBusy] = useState(false)
  const publish = async () => {
    setBusy(true)
    try {
      onPublished((await definitions.publish([after], { [`quality/${after.key}`]: base }, title)).change_set)
    } catch (problem) {
      sayProblem(problem)
      onClose()
    }
  }
  return (
    <Drawer
      open
      title={t('build.quality.publishTitle', { name })}
      placement={phone ? 'bottom' : 'right'}
      size={phone ? '92vh' : 520}
      closable={!busy}
      maskClosable={!busy}
      onClose={onClose}
      footer={
        <div className="form-foot">
          <span className="toolbar-space" />
          <Button onClick={onClose} disabled={busy}>
            {t('action.cancel')}
          </Button>
          <Button type="primary" loading={busy} disabled={problems.length > 0} onClick={() => void publish()}>
            {t('build.publish')}
          </Button>
        </div>
      }
    >
      <div className="plan">
        {problems.length > 0 && (
          <Alert
            type="error"
            showIcon
            title={t('plan.problems', { count: problems.length })}
            description={
              <ul className="plan-problems">
                {problems.map((problem) => (
                  <li key={problem.pointer + JSON.stringify(problem.params)}>{sentence(problem)}</li>
                ))}
              </ul>
            }
          />
        )}
        <p>{t('build.quality.publishText')}</p>
        <QualityDifferences
          before={before}
          after={after}
          field={(key) => say(owner.fields.find((one) => one.key === key)?.labels, key)}
        />
        <label className="setting">
          <span>{t('plan.note')}</span>
          <Input
            value={title}
            maxLength={200}
            placeholder={t('plan.noteHelp')}
            onChange={(event) => setTitle(event.target.value)}
          />
        </label>
      </div>
    </Drawer>
  )
}
