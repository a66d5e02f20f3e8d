/** What an undo left as it is, because somebody changed it since or something else needs it. */
import { useInfiniteQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { Button } from 'antd'
import { useCatalog } from '../../../ui/catalog'
import { Icon } from '../../../ui/Icon'
import { useWords } from '../../../ui/i18n'
import { Skeleton } from '../../../ui/states'
import { type Import, imports } from './server'
import { fieldName } from './words'

export function KeptList({ one }: { one: Import }) {
  const { t, language } = useWords()
  const catalog = useCatalog()
  const found = useInfiniteQuery({
    queryKey: ['import-kept', one.id],
    queryFn: ({ pageParam }) => imports.kept(one.id, pageParam),
    initialPageParam: null as string | null,
    getNextPageParam: (page) => page.next,
  })
  if (found.isPending) return <Skeleton lines={3} />
  const records = found.data?.pages.flatMap((page) => page.records) ?? []
  return (
    <section aria-label={t('imports.undo.keptTitle')}>
      <h2>{t('imports.undo.keptTitle')}</h2>
      <ul className="kept">
        {records.map((record) => (
          <li key={record.object + record.id}>
            <Icon name={catalog.objects[record.object]?.icon ?? 'table'} />
            <Link to="/o/$object/$id" params={{ object: record.object, id: record.id }} className="cut">
              {record.title || record.id}
            </Link>
            <span className="quiet">
              {t(`imports.undo.why.${record.why}`, {
                fields: record.fields
                  .map((key) => fieldName(catalog.objects[record.object], language, key))
                  .join(t('imports.comma')),
              })}
            </span>
          </li>
        ))}
      </ul>
      {found.hasNextPage && <Button onClick={() => void found.fetchNextPage()}>{t('imports.more')}</Button>}
    </section>
  )
}
