/** The first page: everything one may open with how much there is, and the records one opened lately. */
import { useQueries } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { api } from '../../../ui/api'
import { groupsOf, type ObjectType, useCatalog, useMe } from '../../../ui/catalog'
import { ago, number } from '../../../ui/format'
import { Icon } from '../../../ui/Icon'
import { useWords } from '../../../ui/i18n'
import { opened } from '../../../ui/opened'
import { Empty } from '../../../ui/states'
import { titleOf } from '../../../ui/Value'

export default function Home() {
  const catalog = useCatalog()
  const { t, say } = useWords()
  const groups = groupsOf(catalog)
  if (!groups.length) return <Empty icon="table" title={t('home.none')} text={t('home.noneText')} />
  return (
    <div className="page home">
      <h1>{t('frame.home')}</h1>
      {groups.map((group) => (
        <section key={group.key}>
          <h2>{group.labels ? say(group.labels, group.key) : t(groups.length > 1 ? 'frame.others' : 'frame.records')}</h2>
          <Tiles objects={group.objects} />
        </section>
      ))}
      <Lately />
    </div>
  )
}

function Tiles({ objects }: { objects: ObjectType[] }) {
  const { t, say, language } = useWords()
  const counts = useQueries({
    queries: objects.map((object) => ({
      queryKey: ['object', object.key, 'count'],
      queryFn: () => api.count(object.key, {}),
      retry: false,
    })),
  })
  return (
    <div className="tiles">
      {objects.map((object, index) => {
        const found = counts[index]?.data
        return (
          <Link key={object.key} className="tile" to="/o/$object" params={{ object: object.key }}>
            <Icon name={object.icon} size={20} />
            <span className="grow cut">{say(object.labels, object.key)}</span>
            <span className="quiet tabular">
              {found && t(found.capped ? 'home.more' : 'home.count', { shown: number(found.count, language) })}
            </span>
          </Link>
        )
      })}
    </div>
  )
}

function Lately() {
  const catalog = useCatalog()
  const me = useMe()
  const { t, say, language } = useWords()
  const kept = opened(me.person.id).filter((one) => catalog.objects[one.object])
  const objects = [...new Set(kept.map((one) => one.object))].flatMap((key) => catalog.objects[key] ?? [])
  const rows = useQueries({
    queries: objects.map((object) => {
      const ids = kept.filter((one) => one.object === object.key).map((one) => one.id)
      return {
        queryKey: ['object', object.key, 'lately', ids],
        queryFn: () => api.query(object.key, { ids, fields: [object.title], limit: ids.length }),
        retry: false,
      }
    }),
    combine: (asked) => new Map(asked.flatMap((one) => one.data?.records ?? []).map((row) => [row.id, row])),
  })
  const shown = kept.flatMap((one) => {
    const row = rows.get(one.id)
    const object = catalog.objects[one.object]
    return row && object ? [{ ...one, row, object }] : []
  })
  if (!shown.length) return null
  return (
    <section>
      <h2>{t('home.lately')}</h2>
      <ul className="lately">
        {shown.map(({ id, at, row, object }) => (
          <li key={id}>
            <Link to="/o/$object/$id" params={{ object: object.key, id }}>
              <Icon name={object.icon} />
              <bdi className="grow cut">{titleOf(object, row) || id}</bdi>
              <span className="quiet">{say(object.labels, object.key)}</span>
              <time className="quiet" dateTime={at}>
                {ago(at, language)}
              </time>
            </Link>
          </li>
        ))}
      </ul>
    </section>
  )
}
