/** The packs' menus, and objects that no menu names. */
import { Link } from '@tanstack/react-router'
import { groupsOf, useCatalog } from '../../../ui/catalog'
import { Icon } from '../../../ui/Icon'
import { useWords } from '../../../ui/i18n'

export function Menu() {
  const catalog = useCatalog()
  const { t, say } = useWords()
  const groups = groupsOf(catalog)
  return (
    <nav className="menu" aria-label={t('frame.menu')}>
      {groups.map((group) => (
        <section key={group.key}>
          <h2>{group.labels ? say(group.labels, group.key) : t(groups.length > 1 ? 'frame.others' : 'frame.records')}</h2>
          {group.objects.map((object) => (
            <div key={object.key} className="menu-item">
              <Link to="/o/$object" params={{ object: object.key }}>
                <Icon name={object.icon} /> <span className="cut">{say(object.labels, object.key)}</span>
              </Link>
              <Link
                className="menu-bin"
                to="/o/$object/bin"
                params={{ object: object.key }}
                aria-label={t('bin.of', { name: say(object.labels, object.key) })}
              >
                <Icon name="trash" />
              </Link>
            </div>
          ))}
        </section>
      ))}
    </nav>
  )
}
