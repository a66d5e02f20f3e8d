/** A workbook is brought to become objects. */
import { Link, useNavigate } from '@tanstack/react-router'
import { useMe } from '../../../ui/catalog'
import { Icon } from '../../../ui/Icon'
import { useWords } from '../../../ui/i18n'
import { Empty } from '../../../ui/states'
import { BringFile } from '../import/BringFile'
import '../import/import.css'
import './excel.css'

export default function NewPage() {
  const { t } = useWords()
  const me = useMe()
  const navigate = useNavigate()
  if (!me.system_rights.includes('build')) return <Empty icon="lock" title={t('state.noRight')} text={t('build.noRight')} />
  return (
    <div className="importing">
      <header className="importing-head">
        <Link to="/build" className="icon-button" aria-label={t('build.back')}>
          <Icon name="left" size={20} />
        </Link>
        <h1 className="cut">{t('imports.excel.title')}</h1>
      </header>
      <div className="importing-body">
        <p className="quiet excel-intro">{t('imports.excel.intro')}</p>
        <BringFile
          note={t('imports.excel.note')}
          onOpened={(id) => void navigate({ to: '/build/excel/$id', params: { id }, replace: true })}
        />
      </div>
    </div>
  )
}
