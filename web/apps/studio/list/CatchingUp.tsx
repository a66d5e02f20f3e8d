/** Says that computed fields or the search of these records are still being filled, and shows them when they are. */
import { useQuery, useQueryClient } from '@tanstack/react-query'
import { useEffect, useRef } from 'react'
import { request } from '../../../ui/api'
import { number } from '../../../ui/format'
import { useWords } from '../../../ui/i18n'

const EVERY = 2000

export function CatchingUp({ object }: { object: string }) {
  const { t, language } = useWords()
  const client = useQueryClient()
  const left = useQuery({
    queryKey: ['catching-up', object],
    queryFn: () => request<{ jobs: number; rows: number; of: number }>('GET', `/api/objects/${object}/catching-up`),
    refetchInterval: (query) => (query.state.data?.jobs ? EVERY : false),
    staleTime: 0,
  }).data
  const before = useRef(0)
  useEffect(() => {
    if (left && !left.jobs && before.current) void client.invalidateQueries({ queryKey: ['object', object] })
    before.current = left?.jobs ?? 0
  }, [left, client, object])
  if (!left?.jobs) return null
  const share = left.of ? `${number((100 * left.rows) / left.of, language, 0)} %` : ''
  return (
    <span className="quiet">
      {' · '}
      {t('list.catchingUp')} {share}
    </span>
  )
}
