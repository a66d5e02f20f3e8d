/** What the finder found: groups on the left, the chosen one side by side on the right; all of it by keyboard. */
import { useQuery, useQueryClient } from '@tanstack/react-query'
import { useNavigate, useSearch } from '@tanstack/react-router'
import { Button, Popconfirm, Segmented, Select } from 'antd'
import { useEffect, useRef, useState } from 'react'
import { useCatalog, useMe } from '../../../ui/catalog'
import { ago, instant, number } from '../../../ui/format'
import { Icon } from '../../../ui/Icon'
import { useWords } from '../../../ui/i18n'
import { useKeys } from '../../../ui/keys'
import { markStale, useStale } from '../../../ui/live'
import { Empty, Failed, Skeleton } from '../../../ui/states'
import { usePhone } from '../../../ui/theme'
import { sayProblem } from '../../../ui/toast'
import { titleOf } from '../../../ui/Value'
import { Compare, type CompareActions } from './Compare'
import { data, type Group, type Groups, isGoing, STRENGTHS, type Strength } from './server'

const PAGE = 25
const EVERY = 1500

interface Search {
  strength?: Strength
  rule?: string
  skip?: number
}

export default function Duplicates({ object: key }: { object: string }) {
  const { t, say } = useWords()
  const catalog = useCatalog()
  const phone = usePhone()
  const navigate = useNavigate()
  const queries = useQueryClient()
  const search = useSearch({ strict: false }) as Search
  const strength = search.strength ?? 'likely'
  const rule = search.rule ?? ''
  const skip = search.skip ?? 0
  const object = catalog.objects[key]
  const rules = (catalog.quality[key] ?? []).filter((one) => !one.across)
  const objects = Object.keys(catalog.quality).filter((one) => catalog.quality[one]?.some((found) => !found.across))
  const queryKey = ['object', key, 'duplicates', strength, rule, skip]
  const asked = useQuery({ queryKey, queryFn: () => data.groups(key, { strength, rule, skip, limit: PAGE }), staleTime: 0 })
  const [chosen, setChosen] = useState('')
  const actions = useRef<CompareActions | null>(null)
  const list = useRef<HTMLUListElement>(null)
  const groups = asked.data?.groups ?? []
  const place = Math.max(
    groups.findIndex((group) => group.key === chosen),
    0,
  )
  const current = groups[place]
  const go = (changes: Search) =>
    void navigate({
      to: '/data/$',
      params: { _splat: `duplicates/${key}` },
      search: { ...search, ...changes } as never,
      replace: true,
    })
  const walk = (by: number) => {
    const next = groups[Math.min(Math.max(place + by, 0), groups.length - 1)]
    if (!next) return
    setChosen(next.key)
    list.current?.querySelector(`[data-group="${next.key}"]`)?.scrollIntoView({ block: 'nearest' })
  }
  const refresh = () => void queries.invalidateQueries({ queryKey: ['object', key, 'duplicates'] })
  useStale(key, refresh)
  const done = () => {
    setChosen(groups[place + 1]?.key ?? groups[place - 1]?.key ?? '')
    markStale(key)
  }
  const open = (group: Group) => {
    if (phone) void navigate({ to: '/data/$', params: { _splat: `compare/${key}/${group.members.join(',')}` } })
    else setChosen(group.key)
  }
  useKeys({
    j: [t('duplicates.keys.next'), () => walk(1)],
    k: [t('duplicates.keys.previous'), () => walk(-1)],
    ArrowDown: [t('duplicates.keys.next'), () => walk(1)],
    ArrowUp: [t('duplicates.keys.previous'), () => walk(-1)],
    m: [t('duplicates.keys.merge'), () => actions.current?.merge()],
    n: [t('duplicates.keys.apart'), () => actions.current?.apart()],
  })
  if (!object) return <Empty icon="lock" title={t('state.noObject')} text={t('state.noObjectText')} />
  return (
    <>
      <div className="data-bar">
        <Select
          aria-label={t('duplicates.object')}
          value={key}
          popupMatchSelectWidth={false}
          options={objects.map((one) => ({ value: one, label: say(catalog.objects[one]?.labels, one) }))}
          onChange={(one: string) => void navigate({ to: '/data/$', params: { _splat: `duplicates/${one}` } })}
        />
        <Segmented<Strength>
          aria-label={t('duplicates.strength')}
          value={strength}
          options={STRENGTHS.map((one) => ({ value: one, label: t(`duplicates.atLeast.${one}`) }))}
          onChange={(one) => go({ strength: one, skip: 0 })}
        />
        <Select
          aria-label={t('duplicates.rule')}
          value={rule}
          popupMatchSelectWidth={false}
          options={[
            { value: '', label: t('duplicates.allRules') },
            ...rules.map((one) => ({ value: one.key, label: say(one.labels, one.key) })),
          ]}
          onChange={(one: string) => go({ rule: one, skip: 0 })}
        />
        <span className="toolbar-space" />
        <Finding object={key} at={asked.data?.at ?? null} onDone={refresh} />
      </div>
      {asked.isError ? (
        <Failed problem={asked.error} retry={() => void asked.refetch()} />
      ) : !asked.data ? (
        <Skeleton />
      ) : !groups.length ? (
        <Empty
          icon="check"
          title={t(asked.data.at ? 'duplicates.none' : 'duplicates.notYet')}
          text={t(asked.data.at ? 'duplicates.noneText' : 'duplicates.notYetText')}
        />
      ) : (
        <div className="review">
          <div className="review-list">
            <ul ref={list} aria-label={t('duplicates.groups', { count: asked.data.total })}>
              {groups.map((group) => (
                <GroupLine
                  key={group.key}
                  group={group}
                  groups={asked.data}
                  object={key}
                  current={!phone && group.key === current?.key}
                  onOpen={() => open(group)}
                />
              ))}
            </ul>
            <Pages total={asked.data.total} skip={skip} onSkip={(one) => go({ skip: one })} />
          </div>
          {!phone && current && (
            <section className="review-compare" aria-label={t('duplicates.compare')}>
              <Compare key={current.key} object={object} ids={current.members} onDone={done} actions={actions} />
            </section>
          )}
        </div>
      )}
    </>
  )
}

function GroupLine(props: { group: Group; groups: Groups; object: string; current: boolean; onOpen: () => void }) {
  const { group, groups, object, current, onOpen } = props
  const { t, say } = useWords()
  const catalog = useCatalog()
  const rules = [...new Set(group.links.flatMap((link) => link.rules))]
  const labels = rules.map((key) => say(catalog.quality[object]?.find((rule) => rule.key === key)?.labels, key))
  const names = group.members.map((id) => titleOf(catalog.objects[object], groups.records[id]) || t('record.untitled'))
  return (
    <li>
      <button
        type="button"
        className={current ? 'group-line current' : 'group-line'}
        data-group={group.key}
        aria-current={current ? 'true' : undefined}
        onClick={onOpen}
      >
        <strong className="cut">
          <bdi>{names[0]}</bdi>
        </strong>
        <StrengthPill strength={group.strength} />
        <span className="quiet cut group-names">
          {names.slice(1).map((name, index) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: names of one group, in a fixed order
            <bdi key={index}>{name}</bdi>
          ))}
        </span>
        <span className="quiet tabular">{t('duplicates.members', { count: group.members.length })}</span>
        <span className="quiet cut group-why">{labels.join(t('build.comma'))}</span>
      </button>
    </li>
  )
}

export function StrengthPill({ strength }: { strength: Strength }) {
  const { t } = useWords()
  const tone = { certain: 'green', likely: 'blue', hint: 'grey' }[strength]
  return <span className={`pill ${tone}`}>{t(`duplicates.is.${strength}`)}</span>
}

function Pages({ total, skip, onSkip }: { total: number; skip: number; onSkip: (skip: number) => void }) {
  const { t, language } = useWords()
  if (total <= PAGE && !skip) return null
  const last = Math.min(skip + PAGE, total)
  return (
    <div className="row review-pages">
      <Button size="small" disabled={!skip} aria-label={t('duplicates.before')} onClick={() => onSkip(Math.max(skip - PAGE, 0))}>
        <Icon name="left" />
      </Button>
      <span className="quiet tabular">
        {t('duplicates.range', {
          first: number(skip + 1, language),
          last: number(last, language),
          total: number(total, language),
        })}
      </span>
      <Button size="small" disabled={last >= total} aria-label={t('duplicates.after')} onClick={() => onSkip(skip + PAGE)}>
        <Icon name="right" />
      </Button>
    </div>
  )
}

/** When the finder went through, its progress, and the two things one can have done in the background. */
function Finding({ object, at, onDone }: { object: string; at: string | null; onDone: () => void }) {
  const { t, language } = useWords()
  const me = useMe()
  const state = useQuery({
    queryKey: ['duplicates-state', object],
    queryFn: () => data.state(object),
    staleTime: 0,
    refetchInterval: ({ state: { data: now } }) => (isGoing(now?.finding) || isGoing(now?.merging) ? EVERY : false),
  })
  const finding = isGoing(state.data?.finding)
  const merging = isGoing(state.data?.merging)
  const busy = finding || merging
  const was = useRef(busy)
  useEffect(() => {
    if (was.current && !busy) onDone()
    was.current = busy
  }, [busy, onDone])
  const run = async (start: () => Promise<unknown>) => {
    try {
      await start()
      await state.refetch()
    } catch (problem) {
      sayProblem(problem)
    }
  }
  const progress = state.data?.merging?.progress
  return (
    <>
      <span className="quiet" role="status">
        {merging
          ? t('duplicates.merging', { count: progress?.merged ?? 0, of: progress?.of ?? 0 })
          : finding
            ? t('duplicates.finding')
            : at && <span title={instant(at, language)}>{t('duplicates.at', { when: ago(at, language) })}</span>}
      </span>
      {me.system_rights.includes('data') && (
        <Button disabled={busy} onClick={() => void run(() => data.find(object))}>
          <Icon name="search" /> {t('duplicates.find')}
        </Button>
      )}
      <Popconfirm
        title={t('duplicates.mergeAll')}
        description={<p className="confirm-text">{t('duplicates.mergeAllText')}</p>}
        okText={t('duplicates.mergeAllDo')}
        cancelText={t('action.cancel')}
        onConfirm={() => void run(() => data.mergeCertain(object))}
      >
        <Button disabled={busy}>
          <Icon name="merge" /> {t('duplicates.mergeAll')}
        </Button>
      </Popconfirm>
    </>
  )
}
