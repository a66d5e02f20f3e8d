/** Looking after data: duplicates, what was called different, and figures on quality. */
import { Link, useParams } from '@tanstack/react-router'
import { lazy, Suspense } from 'react'
import { useCatalog, useMe } from '../../../ui/catalog'
import { useWords } from '../../../ui/i18n'
import { Empty, Skeleton } from '../../../ui/states'
import './data.css'

const PAGES = [
  { key: 'duplicates', right: '', page: lazy(() => import('./Duplicates')) },
  { key: 'apart', right: '', page: lazy(() => import('./Apart')) },
  { key: 'quality', right: 'data', page: lazy(() => import('./Quality')) },
]
const Compare = lazy(() => import('./ComparePage'))

export default function DataPage() {
  const { t } = useWords()
  const me = useMe()
  const catalog = useCatalog()
  const { _splat: place = '' } = useParams({ strict: false })
  const [first = '', object = '', ids = ''] = place.split('/')
  const open = PAGES.filter((one) => !one.right || me.system_rights.includes(one.right))
  const current = first ? open.find((one) => one.key === first) : open[0]
  const objects = Object.keys(catalog.quality).filter((key) => catalog.quality[key]?.some((rule) => !rule.across))
  const chosen = objects.includes(object) ? object : (objects[0] ?? '')
  if (first === 'compare')
    return (
      <div className="page data">
        <Suspense fallback={<Skeleton />}>
          <Compare object={object} ids={ids.split(',')} />
        </Suspense>
      </div>
    )
  return (
    <div className="page data">
      <h1>{t('data.title')}</h1>
      <nav className="data-tabs" aria-label={t('data.title')}>
        {open.map((one) => (
          <Link
            key={one.key}
            to="/data/$"
            params={{ _splat: one.key }}
            className={one === current ? 'current' : ''}
            aria-current={one === current ? 'page' : undefined}
          >
            {t(`data.${one.key}`)}
          </Link>
        ))}
      </nav>
      {!current ? (
        <Empty icon="lock" title={t('state.noRight')} />
      ) : current.key !== 'quality' && !chosen ? (
        <Empty icon="merge" title={t('duplicates.noRules')} text={t('duplicates.noRulesText')} />
      ) : (
        <Suspense fallback={<Skeleton />}>
          <current.page object={chosen} />
        </Suspense>
      )}
    </div>
  )
}
