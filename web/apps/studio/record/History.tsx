/** Who changed what and when, as far as today's rights show it. */
import { useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { Button } from 'antd'
import { Person } from '../../../kinds/fields/parts'
import { api, type HistoryValue } from '../../../ui/api'
import { fieldOf, type ObjectType } from '../../../ui/catalog'
import { ago, instant } from '../../../ui/format'
import { useWords } from '../../../ui/i18n'
import { markStale } from '../../../ui/live'
import { Failed, Skeleton } from '../../../ui/states'
import { done, sayProblem } from '../../../ui/toast'
import { Value } from '../../../ui/Value'

interface Entry {
  action?: string
  at: string
  by?: { id: string; name: string } | null
  operation: string
  fields?: string[]
  values?: HistoryValue[]
  /** The record it happened to, where that became part of this one. */
  of?: { id: string; title?: unknown }
  /** Of a merge, the records that became part of this one. */
  records?: { id: string; title?: unknown }[]
  /** The merge that was taken back. */
  takes_back?: string
  /** What other systems call it from then on, or no more. */
  external_ids?: { source: string; id: string }[]
  /** The file of the reader's import that did it. */
  file?: string
}

/** The server's list in one shape: changed values as a list. */
export function readHistory(raw: unknown): Entry[] {
  const box = raw as Record<string, unknown> | unknown[] | null
  const files = (Array.isArray(box) ? undefined : box?.imports) as Record<string, string> | undefined
  const list = Array.isArray(box) ? box : ((box?.entries ?? box?.changes ?? box?.history ?? []) as unknown[])
  return list.map((item) => {
    const entry = item as Record<string, unknown>
    const values = entry.values ?? entry.changes
    const pairs = Array.isArray(values)
      ? (values as HistoryValue[])
      : Object.entries((values ?? {}) as Record<string, object>).map(([field, pair]) => ({ field, ...pair }))
    const by = (entry.by ?? entry.actor ?? entry.person ?? null) as Entry['by'] | string
    return {
      ...(entry.action ? { action: String(entry.action) } : {}),
      ...(files && String(entry.action) in files ? { file: files[String(entry.action)] ?? '' } : {}),
      at: String(entry.at ?? entry.created_at ?? ''),
      by: typeof by === 'string' ? { id: by, name: by } : (by ?? null),
      operation: String(entry.operation ?? ''),
      ...(entry.of ? { of: entry.of as NonNullable<Entry['of']> } : {}),
      ...(entry.takes_back ? { takes_back: String(entry.takes_back) } : {}),
      ...(Array.isArray(entry.records) ? { records: entry.records as NonNullable<Entry['records']> } : {}),
      ...(Array.isArray(entry.external_ids) ? { external_ids: entry.external_ids as NonNullable<Entry['external_ids']> } : {}),
      ...(Array.isArray(entry.fields) ? { fields: entry.fields as string[] } : {}),
      values: pairs,
    }
  })
}

export default function History({ object, id }: { object: ObjectType; id: string }) {
  const { t, say, language } = useWords()
  const asked = useQuery({
    queryKey: ['object', object.key, 'history', id],
    queryFn: () => api.history(object.key, id),
    retry: false,
  })
  if (asked.isError) return <Failed problem={asked.error} retry={() => void asked.refetch()} />
  if (!asked.data) return <Skeleton lines={4} />
  const undo = async (action: string) => {
    try {
      const back = (await api.undo(action)) as { kept?: unknown[]; others_kept?: boolean } | undefined
      markStale(object.key)
      const kept = back?.kept?.length ?? 0
      done(kept || back?.others_kept ? t('duplicates.kept', { count: kept || 1 }) : t('toast.undone'), undefined, () => undefined)
    } catch (problem) {
      sayProblem(problem)
    }
  }
  const value = (key: string, found: unknown) => {
    const field = fieldOf(object, key)
    return found === null || found === undefined ? (
      <span className="quiet">–</span>
    ) : field ? (
      <Value object={object} field={field} value={found} />
    ) : (
      String(found)
    )
  }
  const entries = readHistory(asked.data)
  const merges = new Set(entries.filter((entry) => entry.operation === 'merge').map((entry) => entry.action))
  const created = new Set(entries.filter((entry) => entry.operation === 'create').map((entry) => entry.action))
  const undone = new Set(
    entries.filter((entry) => entry.operation === 'unmerge').flatMap((entry) => [entry.action, entry.takes_back]),
  )
  const isOfIdentities = (entry: Entry) =>
    ['identify', 'unidentify'].includes(entry.operation) &&
    ![...created, ...entries.filter((one) => one.operation === 'update').map((one) => one.action)].includes(entry.action)
  const mayUndo = (entry: Entry) =>
    entry.action &&
    !entry.of &&
    (entry.operation === 'merge' || (entry.operation === 'update' && !merges.has(entry.action)) || isOfIdentities(entry))
  const named = (title: unknown) => (typeof title === 'string' ? `“${title}”` : '–')
  return (
    <ol className="history">
      {entries.map((entry, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: what happened does not change its place
        <li key={`${entry.at}-${index}`}>
          <div className="history-head">
            {entry.by && <Person value={entry.by} />}
            <span>{t(`history.${entry.operation}`, { defaultValue: entry.operation })}</span>
            <time className="quiet" title={instant(entry.at, language)}>
              {ago(entry.at, language)}
            </time>
            {entry.file !== undefined && (
              <Link to="/imports/$id" params={{ id: entry.action as string }}>
                {t('history.from', { file: entry.file })}
              </Link>
            )}
            {entry.records?.length ? <bdi>{entry.records.map((one) => named(one.title)).join(t('build.comma'))}</bdi> : null}
            {entry.external_ids?.map((one) => (
              <bdi key={`${one.source} ${one.id}`}>
                {one.source} {one.id}
              </bdi>
            ))}
            {entry.of && (
              <span className="pill grey">
                {t('history.of', { name: typeof entry.of.title === 'string' ? entry.of.title : '–' })}
              </span>
            )}
            {mayUndo(entry) && !undone.has(entry.action) && (
              <Button size="small" type="link" onClick={() => void undo(entry.action as string)}>
                {t('action.undo')}
              </Button>
            )}
          </div>
          {entry.values?.map((change) => (
            <div key={change.field} className="history-change">
              <span className="quiet">{say(fieldOf(object, change.field)?.labels, change.field)}</span>{' '}
              {value(change.field, change.before)} → {value(change.field, change.after)}
            </div>
          ))}
        </li>
      ))}
    </ol>
  )
}
