/** The first page: everything one may open. */
import { Link } from '@tanstack/react-router'
import { useCatalog } from '../../../ui/catalog'
import { Icon } from '../../../ui/Icon'
import { useWords } from '../../../ui/i18n'
import { Empty } from '../../../ui/states'

export default function Home() {
  const catalog = useCatalog()
  const { t, say } = useWords()
  const objects = Object.values(catalog.objects).filter((object) => !object.parent)
  if (!objects.length) return <Empty icon="table" title={t('home.none')} text={t('home.noneText')} />
  return (
    <div className="page">
      <h1>{t('frame.home')}</h1>
      <div className="tiles">
        {objects.map((object) => (
          <Link key={object.key} className="tile" to="/o/$object" params={{ object: object.key }}>
            <Icon name={object.icon} size={20} /> {say(object.labels, object.key)}
          </Link>
        ))}
      </div>
    </div>
  )
}
