/** What may be administered, and one's own rights. */
import { useMe } from '../../../ui/catalog'
import { useWords } from '../../../ui/i18n'

export default function AdminPage() {
  const { t } = useWords()
  const me = useMe()
  return (
    <div className="page">
      <h1>{t('frame.admin')}</h1>
      <ul>
        {me.system_rights.map((right) => (
          <li key={right}>{t(`right.${right}`, { defaultValue: right })}</li>
        ))}
      </ul>
    </div>
  )
}
