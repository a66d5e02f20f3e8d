/** A record on its own page. */
import { Link, useNavigate, useParams } from '@tanstack/react-router'
import { useCatalog } from '../../../ui/catalog'
import { Icon } from '../../../ui/Icon'
import { useWords } from '../../../ui/i18n'
import { useKeys } from '../../../ui/keys'
import { Empty } from '../../../ui/states'
import { RecordView } from './RecordView'

export default function RecordPage() {
  const { object: key, id } = useParams({ strict: false }) as { object: string; id: string }
  const { t, say } = useWords()
  const navigate = useNavigate()
  const object = useCatalog().objects[key]
  useKeys({
    e: [t('keys.edit'), () => document.querySelector<HTMLElement>('.edit-button')?.click()],
    u: [t('keys.back'), () => void navigate({ to: '/o/$object', params: { object: key } })],
  })
  if (!object) return <Empty icon="lock" title={t('state.noObject')} text={t('state.noObjectText')} />
  return (
    <div className="page">
      <nav className="crumbs" aria-label={t('record.path')}>
        <Link to="/o/$object" params={{ object: key }}>
          <Icon name="left" /> {say(object.labels, key)}
        </Link>
      </nav>
      <RecordView
        key={id}
        object={object}
        id={id}
        onDeleted={() => void navigate({ to: '/o/$object', params: { object: key } })}
      />
    </div>
  )
}
