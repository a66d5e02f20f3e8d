/** What publishing rules will change, in sentences; then they are published. */
import { useWords } from '../../../ui/i18n'
import type { Found } from '../edit/model'
import { PublishSheet } from '../edit/PublishSheet'
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
  const sentence = useProblemText()
  return (
    <PublishSheet
      title={t('build.quality.publishTitle', { name })}
      kind="quality"
      after={after}
      base={base}
      problems={problems}
      sentence={sentence}
      onPublished={onPublished}
      onClose={onClose}
    >
      <p>{t('build.quality.publishText')}</p>
      <QualityDifferences
        before={before}
        after={after}
        field={(key) => say(owner.fields.find((one) => one.key === key)?.labels, key)}
      />
    </PublishSheet>
  )
}
