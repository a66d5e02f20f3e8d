/** A new import: the file is brought, and its import opens when it is there. */
import { Link, useNavigate, useSearch } from '@tanstack/react-router'
import { useCatalog } from '../../../ui/catalog'
import { Icon } from '../../../ui/Icon'
import { useWords } from '../../../ui/i18n'
import { Empty } from '../../../ui/states'
import { BringFile } from './BringFile'
import './import.css'
import { targetsOf } from './model'
import { Steps } from './Steps'
import { objectName } from './words'

export default function NewPage() {
  const { t, language } = useWords()
  const catalog = useCatalog()
  const navigate = useNavigate()
  const { object } = useSearch({ strict: false }) as { object?: string }
  if (!targetsOf(catalog).length)
    return (
      <Empty icon="lock" title={t('state.noRight')} text={t('imports.noRight')} action={<Link to="/">{t('frame.home')}</Link>} />
    )
  return (
    <div className="importing">
      <header className="importing-head">
        <Link to="/imports" className="icon-button" aria-label={t('imports.back')}>
          <Icon name="left" size={20} />
        </Link>
        <h1 className="cut">{object ? t('imports.into', { name: objectName(catalog, language, object) }) : t('imports.new')}</h1>
      </header>
      <Steps now="file" reached={['file']} />
      <div className="importing-body">
        <BringFile
          note={t('imports.file.note')}
          onOpened={(id) =>
            void navigate({ to: '/imports/$id', params: { id }, search: (object ? { object } : {}) as never, replace: true })
          }
        />
      </div>
    </div>
  )
}
