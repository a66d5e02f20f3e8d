/** What a change of a role means for who has it, sentence by sentence under each object. */
import { Icon } from '../../../ui/Icon'
import { useWords } from '../../../ui/i18n'
import { type RightsObject, type Role, type RoleChange, roleDifferences } from './roles'

const isMade = (one: RoleChange) => one.what === 'created'

export function RoleDifferences({ before, after, objects }: { before: Role | undefined; after: Role; objects: RightsObject[] }) {
  const { t, say } = useWords()
  const found = roleDifferences(before, after, objects)
  const object = (key: string) => objects.find((one) => one.key === key)
  const sentence = (one: RoleChange): string => {
    const rows = 'rows' in one ? t(`admin.rows.${one.rows}`) : ''
    const which = one.wider === false ? 'off' : 'on'
    switch (one.what) {
      case 'right':
        return t(`admin.role.diff.right.${which}`, {
          right: t(`right.${one.right}`),
          text: t(`admin.role.rightText.${one.right}`),
        })
      case 'may':
        return t(`admin.role.diff.may.${which}`, { action: t(`admin.may.${one.action}`) })
      case 'grantMay':
        return t(`admin.role.diff.grantMay.${which}`, { rows, action: t(`admin.may.${one.action}`) })
      case 'grant':
        return t(`admin.role.diff.grant.${which}`, { rows })
      case 'rule':
        return t('admin.role.diff.rule', { rows })
      case 'reveal':
      case 'field': {
        const known = object(one.object)?.fields.find((field) => field.key === one.field)
        const field = say(known?.labels, one.field)
        return one.what === 'reveal'
          ? t(`admin.role.diff.reveal.${which}`, { field })
          : t('admin.role.diff.field', { rows, field, before: state(one.before), after: state(one.after) })
      }
      case 'default':
        return t('admin.role.diff.default', { rows, before: state(one.before), after: state(one.after) })
      case 'everything':
        return t(`admin.role.diff.everything.${which}`)
      default:
        return t(`admin.role.diff.${one.what}`)
    }
  }
  const state = (name: string) => t(`admin.role.state.${name}`)
  if (!found.length) return <p className="quiet">{t('build.diff.none')}</p>
  return (
    <>
      {[...new Set(found.map((one) => one.object))].map((key) => (
        <section key={key} className="role-changes">
          {key && <h3>{say(object(key)?.labels, key)}</h3>}
          <ul className="differences">
            {found
              .filter((one) => one.object === key)
              .map((one) => (
                <li key={JSON.stringify(one)} className={one.wider === undefined ? '' : one.wider ? 'wider' : 'narrower'}>
                  <Icon name={isMade(one) || one.wider ? 'plus' : one.wider === false ? 'minus' : 'build'} /> {sentence(one)}
                </li>
              ))}
          </ul>
        </section>
      ))}
    </>
  )
}
