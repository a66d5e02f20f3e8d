/** The bell: what one is told, how much of it is unread, and the way to the records it is about. */
import { useQuery, useQueryClient } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { Badge, Button, Popover } from 'antd'
import { useState } from 'react'
import { request } from '../../../ui/api'
import { useCatalog } from '../../../ui/catalog'
import { ago, instant, number } from '../../../ui/format'
import { Icon } from '../../../ui/Icon'
import { useWords } from '../../../ui/i18n'
import { Failed } from '../../../ui/states'
import { sayProblem, say as toast } from '../../../ui/toast'

interface Named {
  id?: string
  title?: string | null
  restricted?: true
}

interface Notice {
  id: string
  kind: string
  at: string
  read: boolean
  body: {
    object: string
    record?: Named
    about?: string
    about_record?: Named
    score?: number | null
    before?: number | null
    invalid?: number
    duplicates?: number
    stale?: number
    merged?: number
    refused?: Record<string, number>
  }
}

const KEY = ['object', 'system.notices']
const ICONS: Record<string, string> = { recognised: 'user', quality_report: 'gauge', export_alert: 'warn' }

export default function Bell() {
  const { t } = useWords()
  const queries = useQueryClient()
  const [open, setOpen] = useState(false)
  const asked = useQuery({
    queryKey: KEY,
    queryFn: () => request<{ notices: Notice[]; unread: number }>('GET', '/api/notices'),
    staleTime: 60_000,
  })
  const unread = asked.data?.unread ?? 0
  const mark = async (ids: string[] | null, read = true) => {
    try {
      await request('POST', '/api/notices/read', { ids, read })
      await queries.invalidateQueries({ queryKey: KEY })
    } catch (problem) {
      sayProblem(problem)
    }
  }
  const all = async () => {
    const ids = (asked.data?.notices ?? []).filter((one) => !one.read).map((one) => one.id)
    await mark(null)
    toast(t('notices.allRead'), { undo: () => mark(ids, false) })
  }
  return (
    <Popover
      trigger="click"
      placement="bottomRight"
      open={open}
      onOpenChange={setOpen}
      content={
        <section className="notices" aria-label={t('notices.title')}>
          <header className="row">
            <h2 className="grow">{t('notices.title')}</h2>
            {unread > 0 && (
              <Button type="link" size="small" onClick={() => void all()}>
                {t('notices.markAll')}
              </Button>
            )}
          </header>
          {asked.isError ? (
            <Failed problem={asked.error} retry={() => void asked.refetch()} />
          ) : asked.data?.notices.length ? (
            <ul>
              {asked.data.notices.map((notice) => (
                <Line
                  key={notice.id}
                  notice={notice}
                  onOpen={() => {
                    setOpen(false)
                    if (!notice.read) void mark([notice.id])
                  }}
                  onMark={() => void mark([notice.id], !notice.read)}
                />
              ))}
            </ul>
          ) : (
            <p className="quiet">{t('notices.none')}</p>
          )}
        </section>
      }
    >
      <button
        type="button"
        className="icon-button bell"
        aria-label={unread ? t('notices.unread', { count: unread }) : t('notices.title')}
        aria-expanded={open}
      >
        <Badge count={unread} size="small" overflowCount={99}>
          <Icon name="bell" size={20} />
        </Badge>
      </button>
    </Popover>
  )
}

function Line({ notice, onOpen, onMark }: { notice: Notice; onOpen: () => void; onMark: () => void }) {
  const { t, say, language } = useWords()
  const catalog = useCatalog()
  const { body } = notice
  const label = (key: string | undefined) => say(catalog.objects[key ?? '']?.labels, key ?? '')
  const title = (named: Named | undefined, key: string | undefined) => named?.title || label(key)
  const percent = (score: number | null | undefined) =>
    score === null || score === undefined ? '–' : number(score * 100, language, 1)
  const link = (key: string | undefined, named: Named | undefined) =>
    key && named?.id ? { to: '/o/$object/$id' as const, params: { object: key, id: named.id } } : null
  const about = link(body.about, body.about_record)
  const record = link(body.object, body.record)
  const words =
    notice.kind === 'recognised'
      ? t(record ? 'notices.recognised' : 'notices.recognisedElsewhere', {
          about: title(body.about_record, body.about),
          object: label(body.object),
        })
      : notice.kind === 'export_alert'
        ? t('notices.exportAlert')
        : notice.kind === 'quality_report'
          ? t('notices.qualityReport', { object: label(body.object), score: percent(body.score) })
          : t('notices.mergedCertain', { object: label(body.object), count: body.merged ?? 0 })
  const left = Object.values(body.refused ?? {}).reduce((sum, one) => sum + one, 0)
  const more =
    notice.kind === 'quality_report'
      ? t(body.before === null || body.before === undefined ? 'notices.qualityFirst' : 'notices.qualityMore', {
          before: percent(body.before),
          invalid: body.invalid,
          duplicates: body.duplicates,
          stale: body.stale,
        })
      : notice.kind === 'merged_certain' && left
        ? t('notices.mergedLeft', { count: left })
        : ''
  return (
    <li className={notice.read ? 'notice' : 'notice new'}>
      <Icon name={ICONS[notice.kind] ?? 'merge'} />
      <div className="grow">
        {about ? (
          <Link {...about} onClick={onOpen}>
            {words}
          </Link>
        ) : notice.kind === 'recognised' ? (
          <span>{words}</span>
        ) : notice.kind === 'export_alert' ? (
          <Link to="/admin/$" params={{ _splat: 'audit' }} onClick={onOpen}>
            {words}
          </Link>
        ) : (
          <Link
            to="/data/$"
            params={{ _splat: notice.kind === 'quality_report' ? 'quality' : `duplicates/${body.object}` }}
            onClick={onOpen}
          >
            {words}
          </Link>
        )}
        {record && (
          <div>
            <Link {...record} onClick={onOpen}>
              {title(body.record, body.object)}
            </Link>
          </div>
        )}
        {more && <div className="quiet">{more}</div>}
        <time className="quiet" dateTime={notice.at} title={instant(notice.at, language)}>
          {ago(notice.at, language)}
        </time>
      </div>
      <button
        type="button"
        className="icon-button notice-mark"
        aria-label={t(notice.read ? 'notices.markUnread' : 'notices.markRead')}
        title={t(notice.read ? 'notices.markUnread' : 'notices.markRead')}
        onClick={onMark}
      >
        <span className="dot" />
      </button>
    </li>
  )
}
