/** What differs between two versions, in words. */

import { Icon } from '../../../ui/Icon'
import { useWords } from '../../../ui/i18n'
import { type Difference, differences, type ObjectDef } from './model'

const ICONS = {
  added: 'plus',
  retired: 'trash',
  restored: 'restore',
  changed: 'build',
  order: 'sort',
  object: 'settings',
  created: 'plus',
}

export function Differences({ before, after }: { before: ObjectDef | undefined; after: ObjectDef }) {
  const { t, say } = useWords()
  const found = differences(before, after)
  const members = (names: string[]) => names.map((name) => t(`build.member.${name}`)).join(t('build.comma'))
  const sentence = (one: Difference): string => {
    switch (one.what) {
      case 'changed':
        return t('build.diff.changed', { field: say(one.field.labels, one.field.key), members: members(one.members) })
      case 'object':
        return t('build.diff.object', { members: members(one.members) })
      case 'order':
      case 'created':
        return t(`build.diff.${one.what}`)
      default:
        return t(`build.diff.${one.what}`, {
          field: say(one.field.labels, one.field.key),
          type: t(`build.types.${one.field.type}`, { defaultValue: one.field.type }),
        })
    }
  }
  const shown = (value: unknown): string =>
    value === undefined || value === null || value === false
      ? '–'
      : value === true
        ? t('common.yes')
        : typeof value === 'object'
          ? JSON.stringify(value)
          : String(value)
  if (!found.length) return <p className="quiet">{t('build.diff.none')}</p>
  return (
    <ul className="differences">
      {found.map((one) => (
        <li key={`${one.what}${'field' in one ? one.field.key : ''}`} className={one.what}>
          <Icon name={ICONS[one.what]} /> <span>{sentence(one)}</span>
          {one.what === 'changed' && (
            <dl>
              {one.members.map((member) => (
                <div key={member}>
                  <dt>{t(`build.member.${member}`)}</dt>
                  <dd>
                    <del>{shown(one.before[member as 'type'])}</del> → <ins>{shown(one.field[member as 'type'])}</ins>
                  </dd>
                </div>
              ))}
            </dl>
          )}
        </li>
      ))}
    </ul>
  )
}
