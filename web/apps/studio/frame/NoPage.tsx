/** An address that leads nowhere. */
import { Link } from '@tanstack/react-router'
import { useWords } from '../../../ui/i18n'
import { Empty } from '../../../ui/states'

export function NoPage() {
  const { t } = useWords()
  return (
    <Empty
      icon="search"
      title={t('state.noObject')}
      text={t('state.noObjectText')}
      action={<Link to="/">{t('frame.home')}</Link>}
    />
  )
}
