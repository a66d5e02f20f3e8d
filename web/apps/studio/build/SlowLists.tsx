/** Lists that kept people waiting, and the index that would help each. */
import { useQuery, useQueryClient } from '@tanstack/react-query'
import { Button } from 'antd'
import { request } from '../../../ui/api'
import { fieldOf, useCatalog } from '../../../ui/catalog'
import { number } from '../../../ui/format'
import { Icon } from '../../../ui/Icon'
import { useWords } from '../../../ui/i18n'
import { sayProblem } from '../../../ui/toast'

interface Slow {
  shape: string
  object: string
  equal: string[]
  sort: { field: string; descending?: boolean }[]
  hits: number
  milliseconds: number
  state: 'proposed' | 'building' | 'ready' | 'dismissed'
}

const EVERY = 2000

export function SlowLists() {
  const { t, say, language } = useWords()
  const catalog = useCatalog()
  const queries = useQueryClient()
  const slow = useQuery({
    queryKey: ['slow-questions'],
    queryFn: () => request<Slow[]>('GET', '/api/slow-questions'),
    staleTime: 0,
    refetchInterval: ({ state }) => (state.data?.some((one) => one.state === 'building') ? EVERY : false),
  })
  const shown = (slow.data ?? []).filter((one) => one.state !== 'dismissed')
  if (!shown.length) return null
  const ask = async (method: 'POST' | 'DELETE', rest: string) => {
    try {
      await request(method, `/api/slow-questions/${rest}`)
      await queries.invalidateQueries({ queryKey: ['slow-questions'] })
    } catch (problem) {
      sayProblem(problem)
    }
  }
  const field = (object: string, key: string) => {
    const known = catalog.objects[object]
    return say(known && fieldOf(known, key)?.labels, key)
  }
  const sentence = (one: Slow) => {
    const by = one.equal.map((key) => field(one.object, key)).join(t('build.comma'))
    const order = one.sort.map((sort) => field(one.object, sort.field)).join(t('build.comma'))
    return t(by && order ? 'build.slow.both' : by ? 'build.slow.by' : 'build.slow.order', {
      object: say(catalog.objects[one.object]?.labels, one.object),
      by,
      order,
    })
  }
  return (
    <section className="slow-lists" aria-label={t('build.slow.title')}>
      <h2>{t('build.slow.title')}</h2>
      <p className="quiet">{t('build.slow.text')}</p>
      <ul className="objects">
        {shown.map((one) => (
          <li key={one.shape} className="slow-list">
            <Icon name="clock" size={20} />
            <span className="object-name">
              <strong>{sentence(one)}</strong>
              <span className="quiet">
                {t('build.slow.often', { count: one.hits, seconds: number(one.milliseconds / 1000, language, 1) })}
              </span>
            </span>
            {one.state === 'proposed' ? (
              <Button size="small" onClick={() => void ask('POST', `${one.shape}/index`)}>
                {t('build.slow.make')}
              </Button>
            ) : (
              <span className={one.state === 'ready' ? 'pill green' : 'pill amber'} role="status">
                {t(`build.slow.${one.state}`)}
              </span>
            )}
            {one.state !== 'building' && (
              <Button size="small" type="text" onClick={() => void ask('DELETE', one.shape)}>
                {t(one.state === 'ready' ? 'build.slow.drop' : 'build.slow.dismiss')}
              </Button>
            )}
          </li>
        ))}
      </ul>
    </section>
  )
}
