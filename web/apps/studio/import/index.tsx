/** Imports of this person, or of everybody for administrators: how far each is, what came of it, what is to be done next. */
import { useInfiniteQuery } from '@tanstack/react-query'
import { Link, useNavigate } from '@tanstack/react-router'
import { Button, Progress, Switch } from 'antd'
import { useState } from 'react'
import { Person } from '../../../kinds/fields/parts'
import { useCatalog, useMe } from '../../../ui/catalog'
import { ago, bytes, instant } from '../../../ui/format'
import { Icon } from '../../../ui/Icon'
import { useWords } from '../../../ui/i18n'
import { Empty, Failed, Skeleton } from '../../../ui/states'
import './import.css'
import { targetsOf } from './model'
import { type ImportLine, imports, isBusy } from './server'
import { objectName, outcome, progressWords, shareOf, TONES } from './words'

export default function ImportsPage() {
  const { t } = useWords()
  const me = useMe()
  const catalog = useCatalog()
  const navigate = useNavigate()
  const [all, setAll] = useState(false)
  const found = useInfiniteQuery({
    queryKey: ['imports', all],
    queryFn: ({ pageParam }) => imports.list(all, pageParam),
    initialPageParam: null as string | null,
    getNextPageParam: (page) => page.next,
    staleTime: 0,
    refetchInterval: (query) => (query.state.data?.pages.some((page) => page.imports.some(isBusy)) ? 1500 : false),
  })
  const mayMake = targetsOf(catalog).length > 0
  const lines = found.data?.pages.flatMap((page) => page.imports) ?? []
  const begin = (
    <Button type="primary" icon={<Icon name="upload" />} onClick={() => void navigate({ to: '/imports/new' })}>
      {t('imports.begin')}
    </Button>
  )
  return (
    <div className="page imports-page">
      <header className="imports-head">
        <div className="grow">
          <h1>{t('imports.title')}</h1>
          <p className="quiet">{t('imports.intro')}</p>
        </div>
        {me.system_rights.length > 0 && (
          <label className="imports-all">
            <Switch size="small" checked={all} onChange={setAll} aria-label={t('imports.everybody')} /> {t('imports.everybody')}
          </label>
        )}
        {mayMake && lines.length > 0 && begin}
      </header>
      {found.isPending ? (
        <Skeleton />
      ) : found.isError ? (
        <Failed problem={found.error} retry={() => void found.refetch()} />
      ) : lines.length === 0 ? (
        <Empty
          icon="upload"
          title={t('imports.none')}
          text={mayMake ? t('imports.noneText') : t('imports.noRight')}
          action={mayMake ? begin : undefined}
        />
      ) : (
        <>
          <ul className="imports-list">
            {lines.map((one) => (
              <Line key={one.id} one={one} everybody={all} />
            ))}
          </ul>
          {found.hasNextPage && (
            <Button loading={found.isFetchingNextPage} onClick={() => void found.fetchNextPage()}>
              {t('imports.more')}
            </Button>
          )}
        </>
      )}
    </div>
  )
}

/** Objects that its rows become, as far as it got. */
const objectsOf = (one: ImportLine): string[] =>
  [...new Set(Object.keys((one.progress ?? one.tried)?.targets ?? {}).map((key) => key.split('.')[0] ?? ''))].sort()

/** What somebody has to do next. */
function nextOf(one: ImportLine): string {
  if (one.state === 'mapping') return 'map'
  if (one.state === 'ready') return 'run'
  if (one.state === 'paused' || (one.state === 'failed' && one.actions.includes('resume'))) return 'resume'
  if (one.state === 'failed') return 'why'
  if (one.state === 'done' && one.waiting) return 'mend'
  return isBusy(one) ? 'watch' : 'open'
}

function Line({ one, everybody }: { one: ImportLine; everybody: boolean }) {
  const { t, language } = useWords()
  const catalog = useCatalog()
  const next = nextOf(one)
  const busy = isBusy(one)
  return (
    <li>
      <Link className={everybody ? 'import-line everybody' : 'import-line'} to="/imports/$id" params={{ id: one.id }}>
        <span className="import-name">
          <strong className="cut">{one.name}</strong>
          <span className="quiet cut">
            {[...objectsOf(one).map((key) => objectName(catalog, language, key)), bytes(one.file.size, language)].join(
              t('imports.dot'),
            )}
          </span>
        </span>
        <span className="import-state">
          <span className={`pill ${TONES[one.state]}`}>{t(`imports.state.${one.state}`)}</span>
          {busy && one.state !== 'reading' && (
            <Progress percent={shareOf(one.progress)} size="small" status="active" aria-label={one.name} />
          )}
        </span>
        <span className="import-figures quiet">
          {busy ? progressWords(t, language, one.progress) : one.problem ? one.problem.title : outcome(t, language, one)}
        </span>
        {everybody && <span className="import-person">{one.person ? <Person value={one.person} /> : t('imports.system')}</span>}
        <time className="quiet import-when" title={instant(one.created_at, language)}>
          {ago(one.created_at, language)}
        </time>
        <span className={next === 'open' || next === 'watch' ? 'import-next' : 'import-next now'}>
          {t(`imports.next.${next}`)}
        </span>
      </Link>
    </li>
  )
}
