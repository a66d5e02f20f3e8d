/** The administration: people, departments, teams, roles, keys and the log, each for who has the right. */
import { Link, useParams } from '@tanstack/react-router'
import { lazy, Suspense } from 'react'
import { useMe } from '../../../ui/catalog'
import { useWords } from '../../../ui/i18n'
import { Empty, Skeleton } from '../../../ui/states'
import { Unseen } from './Exports'
import './admin.css'

const PAGES = [
  { key: 'people', right: 'people', page: lazy(() => import('./People')) },
  { key: 'departments', right: 'people', page: lazy(() => import('./Departments')) },
  { key: 'teams', right: 'people', page: lazy(() => import('./Teams')) },
  { key: 'roles', right: 'roles', page: lazy(() => import('./Roles')) },
  { key: 'keys', right: '', page: lazy(() => import('./Keys')) },
  { key: 'audit', right: 'audit', page: lazy(() => import('./Audit')) },
]

export default function AdminPage() {
  const { t } = useWords()
  const me = useMe()
  const { _splat: place } = useParams({ strict: false })
  const open = PAGES.filter((one) => !one.right || me.system_rights.includes(one.right))
  const current = place ? open.find((one) => one.key === place.split('/')[0]) : open[0]
  return (
    <div className="page admin">
      <h1>{t('frame.admin')}</h1>
      <nav className="admin-tabs" aria-label={t('frame.admin')}>
        {open.map((one) => (
          <Link
            key={one.key}
            to="/admin/$"
            params={{ _splat: one.key }}
            className={one === current ? 'current' : ''}
            aria-current={one === current ? 'page' : undefined}
          >
            {t(`admin.${one.key}`)} {one.key === 'audit' && <Unseen />}
          </Link>
        ))}
      </nav>
      {current ? (
        <Suspense fallback={<Skeleton />}>
          <current.page />
        </Suspense>
      ) : (
        <Empty icon="lock" title={t('state.noRight')} />
      )}
    </div>
  )
}
