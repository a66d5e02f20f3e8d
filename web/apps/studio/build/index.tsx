/** Objects of this installation. */
import { Link } from '@tanstack/react-router'
import { useCatalog } from '../../../ui/catalog'
import { Icon } from '../../../ui/Icon'
import { useWords } from '../../../ui/i18n'

export default function BuildPage() {
  const catalog = useCatalog()
  const { t, say } = useWords()
  return (
    <div className="page">
      <h1>{t('frame.build')}</h1>
      <div className="tiles">
        {Object.values(catalog.objects).map((object) => (
          <Link key={object.key} className="tile" to="/o/$object" params={{ object: object.key }}>
            <Icon name={object.icon} size={20} /> {say(object.labels, object.key)}{' '}
            <span className="quiet">{t('build.fields', { count: object.fields.length })}</span>
          </Link>
        ))}
      </div>
    </div>
  )
}
