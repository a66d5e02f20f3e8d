/** The log: who did or looked at what and when; filtered, exported, and checked against its seal. */
import { useInfiniteQuery } from '@tanstack/react-query'
import { Button, Select } from 'antd'
import { useState } from 'react'
import { useCatalog } from '../../../ui/catalog'
import { instant } from '../../../ui/format'
import { useWords } from '../../../ui/i18n'
import { Empty, Failed, Skeleton } from '../../../ui/states'
import { ExportWatch } from './Exports'
import { refuse } from './parts'
import { server, usePeople } from './server'

const PAGE = 100
const OPERATIONS = [
  'create', 'update', 'delete', 'restore', 'purge', 'undo', 'view', 'reveal', 'share', 'unshare', 'publish', 'sign_in', 'sign_out', 'sign_in_refused',
  'person_created', 'person_changed', 'password_reset', 'key_created', 'key_revoked', 'export', 'export_taken', 'export_policy', 'export_alert', 'export_alert_seen',
] // biome-ignore format: a list

export default function Audit() {
  const { t, say, language } = useWords()
  const catalog = useCatalog()
  const people = usePeople()
  const [chosen, setChosen] = useState<{ person?: string; object?: string; operation?: string }>({})
  const [seal, setSeal] = useState<{ whole: boolean; broken: string | null }>()
  const question = new URLSearchParams(Object.entries(chosen).filter(([, value]) => value)).toString()
  const asked = useInfiniteQuery({
    queryKey: ['admin', 'audit', question],
    queryFn: ({ pageParam }) => server.audit(`${question}&limit=${PAGE}&before=${pageParam}`),
    initialPageParam: '',
    getNextPageParam: (last) => (last.entries.length < PAGE ? undefined : last.entries.at(-1)?.id),
    staleTime: 0,
  })
  const operation = (key: string) => t(`admin.op.${key}`, { defaultValue: t(`history.${key}`, { defaultValue: key }) })
  const object = (key: string | null) => (key ? say(catalog.objects[key]?.labels, key) : '')
  const check = () => server.verify().then(setSeal, refuse)
  const entries = asked.data?.pages.flatMap((page) => page.entries)
  return (
    <>
      <ExportWatch onShow={(person) => setChosen({ ...chosen, person, operation: 'export' })} />
      <div className="row admin-bar wrap">
        <Select
          allowClear
          showSearch
          optionFilterProp="label"
          aria-label={t('admin.who')}
          placeholder={t('admin.who')}
          value={chosen.person || null}
          options={(people.data ?? []).map((one) => ({ value: one.id, label: one.name }))}
          onChange={(person: string | null | undefined) => setChosen({ ...chosen, person: person ?? '' })}
        />
        <Select
          allowClear
          aria-label={t('admin.what')}
          placeholder={t('admin.what')}
          value={chosen.operation || null}
          options={OPERATIONS.map((value) => ({ value, label: operation(value) }))}
          onChange={(value: string | null | undefined) => setChosen({ ...chosen, operation: value ?? '' })}
        />
        <Select
          allowClear
          aria-label={t('admin.onWhat')}
          placeholder={t('admin.onWhat')}
          options={Object.values(catalog.objects).map((one) => ({ value: one.key, label: say(one.labels, one.key) }))}
          onChange={(value) => setChosen({ ...chosen, object: value })}
        />
        <span className="toolbar-space" />
        <Button onClick={() => void check()}>{t('admin.checkSeal')}</Button>
        <Button href={`/api/audit?${question}&format=csv&limit=10000`}>{t('admin.export')}</Button>
      </div>
      {seal && (
        <p role="status" className={seal.whole ? 'pill green' : 'pill red'}>
          {seal.whole ? t('admin.sealWhole') : t('admin.sealBroken', { where: seal.broken })}
        </p>
      )}
      {asked.isError ? (
        <Failed problem={asked.error} retry={() => void asked.refetch()} />
      ) : !entries ? (
        <Skeleton />
      ) : entries.length === 0 ? (
        <Empty icon="search" title={t('admin.noEntries')} />
      ) : (
        // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached by the keyboard
        <section className="admin-scroll" tabIndex={0} aria-label={t('admin.audit')}>
          <table className="admin-table">
            <thead>
              <tr>
                {['when', 'who', 'what', 'onWhat', 'fields', 'address'].map((key) => (
                  <th key={key}>{t(`admin.${key}`)}</th>
                ))}
              </tr>
            </thead>
            <tbody>
              {entries.map((entry) => (
                <tr key={entry.id}>
                  <td>
                    <time dateTime={entry.at}>{instant(entry.at, language)}</time>
                  </td>
                  <td>{entry.actor_name ?? '–'}</td>
                  <td>{operation(entry.operation)}</td>
                  <td>
                    {object(entry.object)}
                    {entry.records ? <small>{` · ${t('admin.manyRecords', { count: entry.records })}`}</small> : null}
                  </td>
                  <td>{entry.fields?.join(' · ')}</td>
                  <td>{entry.address}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </section>
      )}
      {asked.hasNextPage && (
        <Button loading={asked.isFetchingNextPage} onClick={() => void asked.fetchNextPage()}>
          {t('admin.more')}
        </Button>
      )}
    </>
  )
}
