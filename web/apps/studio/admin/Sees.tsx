/** "What does this person see": per object the rows, the actions, and the fields that are not simply open. */
import { useQuery } from '@tanstack/react-query'
import { Drawer } from 'antd'
import { useCatalog } from '../../../ui/catalog'
import { useWords } from '../../../ui/i18n'
import { Empty, Failed, Skeleton } from '../../../ui/states'
import { usePhone } from '../../../ui/theme'
import type { Sees } from './server'

interface Props {
  title: string
  /** Under which the answer is kept, and how it is asked for. */
  name: string
  ask: () => Promise<Sees>
  role: (key: string) => string
  onClose: () => void
}

export function SeesDrawer({ title, name, ask, role, onClose }: Props) {
  const { t } = useWords()
  const phone = usePhone()
  const asked = useQuery({ queryKey: ['admin', 'sees', name], queryFn: ask, staleTime: 0, gcTime: 0 })
  return (
    <Drawer open title={title} placement={phone ? 'bottom' : 'right'} size={phone ? '92vh' : 560} onClose={onClose}>
      {asked.isError ? (
        <Failed problem={asked.error} retry={() => void asked.refetch()} />
      ) : !asked.data ? (
        <Skeleton lines={5} />
      ) : asked.data.objects.length === 0 ? (
        <Empty icon="lock" title={t('admin.seesNothing')} text={t('admin.seesNothingText')} />
      ) : (
        asked.data.objects.map((one) => <Seen key={one.object} seen={one} role={role} />)
      )}
      {asked.data && asked.data.system_rights.length > 0 && (
        <p>
          {t('admin.administers')}{' '}
          {asked.data.system_rights.map((right) => t(`right.${right}`, { defaultValue: right })).join(' · ')}
        </p>
      )}
    </Drawer>
  )
}

function Seen({ seen, role }: { seen: Sees['objects'][number]; role: (key: string) => string }) {
  const { t, say } = useWords()
  const catalog = useCatalog()
  const label = (key: string) => say(catalog.objects[seen.object]?.fields.find((field) => field.key === key)?.labels, key)
  const inState = (state: string) => Object.keys(seen.fields).filter((key) => seen.fields[key] === state)
  const list = (state: string) => {
    const keys = inState(state)
    return keys.length > 0 && <dd key={state}>{`${t(`admin.state.${state}`)}: ${keys.map(label).join(' · ')}`}</dd>
  }
  return (
    <dl className="admin-seen">
      <dt>{say(seen.labels, seen.object)}</dt>
      {seen.everything ? (
        <dd>{t('admin.everything')}</dd>
      ) : (
        seen.grants.map((grant) => (
          <dd key={`${grant.role}-${grant.rows}`}>
            {t(`admin.rows.${grant.rows}`)} <span className="quiet">({role(grant.role)})</span>
          </dd>
        ))
      )}
      <dd>{seen.actions.map((action) => t(`admin.may.${action}`, { defaultValue: action })).join(' · ')}</dd>
      {['hidden', 'masked', 'mixed'].map(list)}
      {seen.reveal.length > 0 && <dd>{`${t('admin.mayReveal')}: ${seen.reveal.map(label).join(' · ')}`}</dd>}
    </dl>
  )
}
