/** A comparison on a page of its own: on the phone, and from a record or the create form. */
import { Link, useNavigate } from '@tanstack/react-router'
import { useRef } from 'react'
import { useCatalog } from '../../../ui/catalog'
import { Icon } from '../../../ui/Icon'
import { useWords } from '../../../ui/i18n'
import { useKeys } from '../../../ui/keys'
import { markStale } from '../../../ui/live'
import { Empty } from '../../../ui/states'
import { Compare, type CompareActions } from './Compare'

export default function ComparePage({ object: key, ids }: { object: string; ids: string[] }) {
  const { t } = useWords()
  const navigate = useNavigate()
  const object = useCatalog().objects[key]
  const actions = useRef<CompareActions | null>(null)
  useKeys({
    m: [t('duplicates.keys.merge'), () => actions.current?.merge()],
    n: [t('duplicates.keys.apart'), () => actions.current?.apart()],
  })
  if (!object) return <Empty icon="lock" title={t('state.noObject')} text={t('state.noObjectText')} />
  const done = (survivor: string | null) => {
    markStale(key)
    if (survivor) void navigate({ to: '/o/$object/$id', params: { object: key, id: survivor } })
    else void navigate({ to: '/data/$', params: { _splat: `duplicates/${key}` } })
  }
  return (
    <>
      <nav className="crumbs" aria-label={t('record.path')}>
        <Link to="/data/$" params={{ _splat: `duplicates/${key}` }}>
          <Icon name="left" /> {t('data.duplicates')}
        </Link>
      </nav>
      <h1>{t('duplicates.compare')}</h1>
      <Compare object={object} ids={ids} onDone={done} actions={actions} />
    </>
  )
}
