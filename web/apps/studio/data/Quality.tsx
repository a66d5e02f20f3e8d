/** How good the data of each object is: the score with its parts, every field, the difference to the last look, and the way to what is wrong. */
import { useQuery, useQueryClient } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { Button, Select } from 'antd'
import { useState } from 'react'
import { fieldOf, useCatalog, useMe } from '../../../ui/catalog'
import type { Filter } from '../../../ui/filter/model'
import { ago, instant, number } from '../../../ui/format'
import { Icon } from '../../../ui/Icon'
import { useWords } from '../../../ui/i18n'
import { Empty, Failed, Skeleton } from '../../../ui/states'
import { sayProblem } from '../../../ui/toast'
import { data, type Figures, isGoing, type Report } from './server'

const EVERY = 1500

export default function Quality() {
  const { t, say } = useWords()
  const catalog = useCatalog()
  const me = useMe()
  const queries = useQueryClient()
  const [chosen, setChosen] = useState('')
  const asked = useQuery({
    queryKey: ['quality'],
    queryFn: data.quality,
    staleTime: 0,
    refetchInterval: ({ state }) => (Object.values(state.data?.jobs ?? {}).some(isGoing) ? EVERY : false),
  })
  if (asked.isError) return <Failed problem={asked.error} retry={() => void asked.refetch()} />
  if (!asked.data) return <Skeleton />
  const { objects, reports, jobs } = asked.data
  if (!objects.length) return <Empty icon="gauge" title={t('quality.none')} text={t('quality.noneText')} />
  const key = objects.includes(chosen) ? chosen : (reports[0]?.object ?? objects[0] ?? '')
  const report = reports.find((one) => one.object === key)
  const going = isGoing(jobs[key])
  const label = (one: string) => say(catalog.objects[one]?.labels, one)
  const look = async () => {
    try {
      await data.look(key)
      await queries.invalidateQueries({ queryKey: ['quality'] })
    } catch (problem) {
      sayProblem(problem)
    }
  }
  return (
    <>
      <div className="data-bar">
        <Select
          aria-label={t('duplicates.object')}
          value={key}
          popupMatchSelectWidth={false}
          options={objects.map((one) => ({ value: one, label: label(one) }))}
          onChange={setChosen}
        />
        <span className="quiet" role="status">
          {going ? t('quality.looking') : report && <When report={report} />}
        </span>
        <span className="toolbar-space" />
        {me.system_rights.includes('build') && (
          <Link className="button" to="/build/quality/$key" params={{ key }}>
            {t('quality.settings')}
          </Link>
        )}
        <Button disabled={going} onClick={() => void look()}>
          <Icon name="search" /> {t('quality.look')}
        </Button>
      </div>
      {report ? (
        <One key={key} report={report} />
      ) : (
        <Empty icon="gauge" title={t('quality.notYet')} text={t('quality.notYetText')} />
      )}
    </>
  )
}

function When({ report }: { report: Report }) {
  const { t, language } = useWords()
  return <span title={instant(report.at, language)}>{t('quality.at', { when: ago(report.at, language) })}</span>
}

function One({ report }: { report: Report }) {
  const { t, language } = useWords()
  const { figures, before } = report
  const percent = (share: number | null | undefined) =>
    share === null || share === undefined ? '–' : number(share * 100, language, 1)
  return (
    <>
      <div className="scores">
        <div className="score whole">
          <strong className="tabular">{percent(figures.score)} %</strong>
          <span>{t('quality.score')}</span>
          <Change now={figures.score} before={before?.score} />
          <Line scores={report.scores} />
        </div>
        {(['filled', 'valid', 'unique', 'recent'] as const).map((part) => (
          <div key={part} className="score">
            <strong className="tabular">{percent(figures.parts?.[part])} %</strong>
            <span>{t(`quality.part.${part}`)}</span>
            <Change now={figures.parts?.[part]} before={before?.parts?.[part]} />
            <Bar share={figures.parts?.[part] ?? 0} />
          </div>
        ))}
      </div>
      <Wrong report={report} />
      <Fields report={report} />
    </>
  )
}

/** By how many points it went up or down. */
function Change({ now, before }: { now: number | null | undefined; before: number | null | undefined }) {
  const { t, language } = useWords()
  if (now === null || now === undefined || before === null || before === undefined) return null
  const points = Math.round((now - before) * 1000) / 10
  if (!points) return <span className="quiet">{t('quality.same')}</span>
  return (
    <span className={points > 0 ? 'better' : 'worse'}>
      {t(points > 0 ? 'quality.up' : 'quality.down', { points: number(Math.abs(points), language, 1) })}
    </span>
  )
}

function Bar({ share }: { share: number }) {
  return (
    <span className="share-bar" aria-hidden="true">
      <span style={{ inlineSize: `${Math.round(share * 100)}%` }} />
    </span>
  )
}

/** The scores so far as one line. */
function Line({ scores }: { scores: Report['scores'] }) {
  const { t, language } = useWords()
  const known = scores.flatMap(([at, score]) => (score === null ? [] : [{ at, score }]))
  if (known.length < 2) return null
  const low = Math.min(...known.map((one) => one.score), 0.99)
  const points = known.map(
    (one, index) => `${(index / (known.length - 1)) * 100},${28 - ((one.score - low) / Math.max(1 - low, 0.01)) * 26}`,
  )
  const first = known[0]
  const last = known.at(-1)
  return (
    <svg
      className="score-line"
      viewBox="0 0 100 30"
      preserveAspectRatio="none"
      role="img"
      aria-label={t('quality.line', {
        first: number((first?.score ?? 0) * 100, language, 1),
        last: number((last?.score ?? 0) * 100, language, 1),
        count: known.length,
      })}
    >
      <polyline points={points.join(' ')} />
    </svg>
  )
}

const offenders = (object: string, filter: Filter) => ({
  to: '/o/$object' as const,
  params: { object },
  search: { filter: JSON.stringify(filter) } as never,
})

function Wrong({ report }: { report: Report }) {
  const { t, language } = useWords()
  const { figures, before, object } = report
  const count = (key: keyof Figures) => number(figures[key], language)
  const more = (key: 'invalid' | 'duplicates' | 'stale') => {
    const change = before ? figures[key] - before[key] : 0
    return change ? ` (${change > 0 ? '+' : '−'}${number(Math.abs(change), language)})` : ''
  }
  return (
    <ul className="wrong">
      <li>
        <Icon name="table" /> {t('quality.records', { records: count('records') })}
      </li>
      <li>
        <Icon name="merge" />
        <Link to="/data/$" params={{ _splat: `duplicates/${object}` }}>
          {t('quality.duplicates', { records: count('duplicates') })}
          {more('duplicates')}
        </Link>
      </li>
      <li>
        <Icon name="clock" />
        <Link {...offenders(object, { op: 'lt', field: 'updated_at', value: figures.stale_before })}>
          {t('quality.stale', { records: count('stale'), day: instant(figures.stale_before, language).slice(0, 10) })}
          {more('stale')}
        </Link>
      </li>
      <li>
        <Icon name="warn" /> {t('quality.invalid', { records: count('invalid') })}
        {more('invalid')}
      </li>
    </ul>
  )
}

function Fields({ report }: { report: Report }) {
  const { t, say, language } = useWords()
  const catalog = useCatalog()
  const [open, setOpen] = useState('')
  const object = catalog.objects[report.object]
  const { records, fields } = report.figures
  const shown = [...fields.filter((one) => one.counted), ...fields.filter((one) => !one.counted)]
  return (
    <div className="compare-scroll">
      <table className="quality-fields">
        <thead>
          <tr>
            <th scope="col">{t('quality.field')}</th>
            <th scope="col" className="figure">
              {t('quality.filled')}
            </th>
            <th scope="col" className="figure">
              {t('quality.empty')}
            </th>
            <th scope="col" className="figure">
              {t('quality.wrong')}
            </th>
          </tr>
        </thead>
        {shown.map((one) => {
          const field = fieldOf(object, one.field)
          const share = records ? one.filled / records : 0
          const empty = records - one.filled
          return (
            <tbody key={one.field}>
              <tr className={one.counted ? '' : 'aside'}>
                <th scope="row">
                  {say(field?.labels, one.field)}
                  {one.counted && <span className="unseen">{t('quality.counted')}</span>}
                </th>
                <td className="figure">
                  <span className="with-bar">
                    <Bar share={share} /> <span className="tabular">{number(share * 100, language, 1)} %</span>
                  </span>
                </td>
                <td className="figure tabular">
                  {empty > 0 && field?.filterable !== false ? (
                    <Link {...offenders(report.object, { op: 'empty', field: one.field })}>{number(empty, language)}</Link>
                  ) : (
                    number(empty, language)
                  )}
                </td>
                <td className="figure tabular">
                  {one.invalid > 0 ? (
                    <Button
                      type="link"
                      size="small"
                      aria-expanded={open === one.field}
                      onClick={() => setOpen(open === one.field ? '' : one.field)}
                    >
                      {number(one.invalid, language)}
                    </Button>
                  ) : (
                    number(0, language)
                  )}
                </td>
              </tr>
              {open === one.field && (
                <tr>
                  <td colSpan={4}>
                    <Invalid object={report.object} field={one.field} />
                  </td>
                </tr>
              )}
            </tbody>
          )
        })}
      </table>
    </div>
  )
}

/** The values of one field that no longer pass, with why. */
function Invalid({ object, field }: { object: string; field: string }) {
  const { t } = useWords()
  const asked = useQuery({
    queryKey: ['quality', object, 'invalid', field],
    queryFn: () => data.invalid(object, field),
    staleTime: 0,
  })
  if (asked.isError) return <Failed problem={asked.error} retry={() => void asked.refetch()} />
  if (!asked.data) return <Skeleton lines={2} />
  if (!asked.data.length) return <p className="quiet">{t('quality.invalidUnseen')}</p>
  const ids = asked.data.slice(0, 100).map((one) => one.id)
  return (
    <div className="invalid">
      <ul>
        {asked.data.slice(0, 20).map((one) => (
          <li key={one.id}>
            <Link to="/o/$object/$id" params={{ object, id: one.id }}>
              <bdi>{one.title || t('record.untitled')}</bdi>
            </Link>{' '}
            <span className="quiet">
              {t(`problems.${one.code}.rules.${one.rule}`, { ...one.params, defaultValue: t(`problems.${one.code}.title`) })}
            </span>
          </li>
        ))}
      </ul>
      <Link {...offenders(object, { op: 'in', field: 'id', value: ids })}>{t('quality.invalidList')}</Link>
    </div>
  )
}
