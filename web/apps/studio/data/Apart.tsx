/** Pairs that were called different, and the way to take that back. */
import { useQuery, useQueryClient } from '@tanstack/react-query'
import { Link, useNavigate } from '@tanstack/react-router'
import { Button, Select } from 'antd'
import type { Ref } from '../../../ui/api'
import { useCatalog } from '../../../ui/catalog'
import { ago, instant } from '../../../ui/format'
import { Icon } from '../../../ui/Icon'
import { useWords } from '../../../ui/i18n'
import { Empty, Failed, Skeleton } from '../../../ui/states'
import { sayProblem, say as toast } from '../../../ui/toast'
import { data, type Pair } from './server'

export default function Apart({ object: key }: { object: string }) {
  const { t, say, language } = useWords()
  const catalog = useCatalog()
  const navigate = useNavigate()
  const queries = useQueryClient()
  const queryKey = ['object', key, 'apart']
  const asked = useQuery({ queryKey, queryFn: () => data.apart(key), staleTime: 0 })
  const objects = Object.keys(catalog.quality).filter((one) => catalog.quality[one]?.some((rule) => !rule.across))
  const together = async (pair: Pair) => {
    const ids = [pair.one.id, pair.other.id]
    const again = () => queries.invalidateQueries({ queryKey })
    try {
      await data.putTogether(key, ids)
      await again()
      toast(t('duplicates.togetherDone'), { undo: () => data.setApart(key, ids).then(again) })
    } catch (problem) {
      sayProblem(problem)
    }
  }
  const name = (ref: Ref) => (
    <Link to="/o/$object/$id" params={{ object: key, id: ref.id }}>
      <bdi>{ref.title || t('record.untitled')}</bdi>
    </Link>
  )
  return (
    <>
      <div className="data-bar">
        <Select
          aria-label={t('duplicates.object')}
          value={key}
          popupMatchSelectWidth={false}
          options={objects.map((one) => ({ value: one, label: say(catalog.objects[one]?.labels, one) }))}
          onChange={(one: string) => void navigate({ to: '/data/$', params: { _splat: `apart/${one}` } })}
        />
        <span className="quiet">{t('duplicates.apartText')}</span>
      </div>
      {asked.isError ? (
        <Failed problem={asked.error} retry={() => void asked.refetch()} />
      ) : !asked.data ? (
        <Skeleton />
      ) : !asked.data.length ? (
        <Empty icon="apart" title={t('duplicates.apartNone')} text={t('duplicates.apartNoneText')} />
      ) : (
        <ul className="pairs">
          {asked.data.map((pair) => (
            <li key={`${pair.one.id}-${pair.other.id}`}>
              <span className="grow">
                {name(pair.one)} <Icon name="apart" label={t('duplicates.differsFrom')} /> {name(pair.other)}
              </span>
              <span className="quiet" title={instant(pair.at, language)}>
                {pair.by} {ago(pair.at, language)}
              </span>
              <Button size="small" onClick={() => void together(pair)}>
                {t('duplicates.takeBack')}
              </Button>
            </li>
          ))}
        </ul>
      )}
    </>
  )
}
