/** Says that a list is narrowed to what one import made, with the ways back to it and out of it. */
import { Link } from '@tanstack/react-router'
import { Icon } from '../../../ui/Icon'
import { useWords } from '../../../ui/i18n'

export function MadeBy({ id, onClose }: { id: string; onClose: () => void }) {
  const { t } = useWords()
  return (
    <div className="paste-offer" role="status">
      <Icon name="upload" />
      <span className="grow">
        {t('imports.onlyMade')}{' '}
        <Link to="/imports/$id" params={{ id }}>
          {t('imports.toImport')}
        </Link>
      </span>
      <button type="button" className="icon-button" aria-label={t('imports.notOnlyMade')} onClick={onClose}>
        <Icon name="close" />
      </button>
    </div>
  )
}
