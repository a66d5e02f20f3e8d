/** Records side by side: which stays, whose value each field takes, what moves along; then they are merged, or called different. */
import { useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { Button, Checkbox, Radio } from 'antd'
import { type RefObject, useEffect, useState } from 'react'
import { Person } from '../../../kinds/fields/parts'
import { ApiProblem, api, type Row } from '../../../ui/api'
import { type Field, fieldOf, type ObjectType, useCatalog } from '../../../ui/catalog'
import { ago, instant } from '../../../ui/format'
import { Icon } from '../../../ui/Icon'
import { useWords } from '../../../ui/i18n'
import { markStale } from '../../../ui/live'
import { Failed, Skeleton } from '../../../ui/states'
import { sayProblem, say as toast } from '../../../ui/toast'
import { isMasked, stateOf, titleOf, Value } from '../../../ui/Value'
import { type Choice, isList, JOIN, merged, same, sourceOf, taken } from './choices'
import { type Compared, data } from './server'

export interface CompareActions {
  merge: () => void
  apart: () => void
}

interface Props {
  object: ObjectType
  ids: string[]
  onDone: (survivor: string | null) => void
  actions?: RefObject<CompareActions | null>
}

export function Compare({ object, ids, onDone, actions }: Props) {
  const { t } = useWords()
  const [survivor, setSurvivor] = useState<string>()
  const asked = useQuery({
    queryKey: ['object', object.key, 'compare', ids.join(','), survivor ?? ''],
    queryFn: () => data.compare(object.key, ids, survivor),
    staleTime: 0,
    retry: false,
    placeholderData: (before) => before,
  })
  const [choice, setChoice] = useState<Choice>()
  const now = choice ?? (asked.data && { survivor: asked.data.survivor, out: [], own: {} })
  const [busy, setBusy] = useState(false)

  const merge = async () => {
    if (!asked.data || !now || busy || !asked.data.may || asked.isPlaceholderData) return
    const rows = merged(asked.data, now)
    if (rows.length < 2) return
    setBusy(true)
    try {
      const { action } = await data.merge(object.key, {
        survivor: now.survivor,
        losers: rows.slice(1).map((row) => row.id),
        take: taken(asked.data, now),
        versions: Object.fromEntries(rows.map((row) => [row.id, row.version])),
      })
      toast(t('duplicates.merged', { count: rows.length, name: titleOf(object, rows[0]) }), {
        undo: async () => {
          const back = (await api.undo(action)) as { kept?: { field: string }[]; others_kept?: boolean }
          markStale(object.key)
          const kept = back.kept?.length ?? 0
          if (kept || back.others_kept) toast(t('duplicates.kept', { count: kept || 1 }))
        },
      })
      onDone(now.survivor)
    } catch (problem) {
      sayProblem(problem, problem instanceof ApiProblem ? problem.body.errors?.[0]?.detail : undefined)
      void asked.refetch()
    } finally {
      setBusy(false)
    }
  }
  const apart = async () => {
    if (!asked.data || !now || busy) return
    const apartIds = asked.data.records.map((row) => row.id)
    setBusy(true)
    try {
      await data.setApart(object.key, apartIds)
      toast(t('duplicates.apartDone'), {
        undo: async () => {
          await data.putTogether(object.key, apartIds)
          markStale(object.key)
        },
      })
      onDone(null)
    } catch (problem) {
      sayProblem(problem)
    } finally {
      setBusy(false)
    }
  }
  useEffect(() => {
    if (actions) actions.current = { merge: () => void merge(), apart: () => void apart() }
    return () => {
      if (actions) actions.current = null
    }
  })
  if (asked.isError) return <Failed problem={asked.error} retry={() => void asked.refetch()} />
  if (!asked.data || !now) return <Skeleton />
  const stay = (id: string) => {
    setSurvivor(id)
    setChoice({ survivor: id, out: now.out.filter((one) => one !== id), own: {} })
  }
  const count = merged(asked.data, now).length
  return (
    <div className="compare">
      <Why object={object} compared={asked.data} />
      <Table object={object} compared={asked.data} choice={now} onStay={stay} onChoice={setChoice} />
      <MovesText object={object} compared={asked.data} choice={now} />
      {!asked.data.may && <p className="quiet">{t('duplicates.mayNot')}</p>}
      <footer className="compare-foot">
        <Button disabled={busy} onClick={() => void apart()}>
          <Icon name="apart" /> {t('duplicates.notSame')}
        </Button>
        <span className="toolbar-space" />
        <Button type="primary" loading={busy} disabled={!asked.data.may || count < 2} onClick={() => void merge()}>
          <Icon name="merge" /> {t('duplicates.merge', { count })}
        </Button>
      </footer>
    </div>
  )
}

/** By which rules they were found. */
function Why({ object, compared }: { object: ObjectType; compared: Compared }) {
  const { t, say } = useWords()
  const catalog = useCatalog()
  const rules = [...new Set(compared.links.flatMap((link) => link.rules))]
  if (!rules.length) return <p className="quiet">{t('duplicates.noReason')}</p>
  return (
    <p className="pills why">
      {rules.map((key) => (
        <span key={key} className="pill teal">
          {say(catalog.quality[object.key]?.find((rule) => rule.key === key)?.labels, key)}
        </span>
      ))}
    </p>
  )
}

interface TableProps {
  object: ObjectType
  compared: Compared
  choice: Choice
  onStay: (id: string) => void
  onChoice: (choice: Choice) => void
}

function Table({ object, compared, choice, onStay, onChoice }: TableProps) {
  const { t, say, language } = useWords()
  const rows = compared.records
  const fields = compared.fields.flatMap((key) => fieldOf(object, key) ?? [])
  const differs = (field: Field) => rows.some((row) => !same(row[field.key], rows[0]?.[field.key]))
  const [all, setAll] = useState(false)
  const shown = fields.filter((field) => all || differs(field))
  const hidden = fields.length - fields.filter(differs).length
  return (
    <div className="compare-scroll">
      <table className="compare-table">
        <thead>
          <tr>
            <td />
            {rows.map((row) => {
              const stays = row.id === choice.survivor
              const out = choice.out.includes(row.id)
              return (
                <th key={row.id} scope="col" className={out ? 'out' : stays ? 'stays' : ''}>
                  <Link to="/o/$object/$id" params={{ object: object.key, id: row.id }} target="_blank">
                    <bdi>{titleOf(object, row) || t('record.untitled')}</bdi>
                  </Link>
                  <span className="compare-who">
                    {row.owner && <Person value={row.owner} />}
                    <time className="quiet" title={instant(row.updated_at, language)}>
                      {ago(String(row.updated_at), language)}
                    </time>
                  </span>
                  <Radio checked={stays} disabled={out} name="survivor" onChange={() => onStay(row.id)}>
                    {t('duplicates.stays')}
                  </Radio>
                  {rows.length > 2 && !stays && (
                    <Checkbox
                      checked={!out}
                      onChange={() =>
                        onChoice({ ...choice, out: out ? choice.out.filter((one) => one !== row.id) : [...choice.out, row.id] })
                      }
                    >
                      {t('duplicates.include')}
                    </Checkbox>
                  )}
                </th>
              )
            })}
          </tr>
        </thead>
        <tbody>
          {shown.map((field) => (
            <FieldLine key={field.key} {...{ object, compared, choice, onChoice, field }} differs={differs(field)} />
          ))}
          {hidden > 0 && (
            <tr>
              <td />
              <td colSpan={rows.length}>
                <Button type="link" size="small" onClick={() => setAll(!all)}>
                  {all ? t('duplicates.onlyDifferent') : t('duplicates.showEqual', { count: hidden })}
                </Button>
              </td>
            </tr>
          )}
          <tr className="compare-owner">
            <th scope="row">{say(fieldOf(object, 'owner')?.labels, 'owner')}</th>
            {rows.map((row) => (
              <td key={row.id} className={choice.out.includes(row.id) ? 'out' : ''}>
                <Radio
                  checked={sourceOf(compared, choice, 'owner') === row.id}
                  disabled={choice.out.includes(row.id) || !compared.may}
                  onChange={() => onChoice({ ...choice, own: { ...choice.own, owner: row.id } })}
                >
                  {row.owner ? row.owner.name : <span className="quiet">–</span>}
                </Radio>
              </td>
            ))}
          </tr>
        </tbody>
      </table>
    </div>
  )
}

interface LineProps {
  object: ObjectType
  compared: Compared
  choice: Choice
  field: Field
  differs: boolean
  onChoice: (choice: Choice) => void
}

function FieldLine({ object, compared, choice, field, differs, onChoice }: LineProps) {
  const { t, say } = useWords()
  const rows = compared.records
  const survivor = rows.find((row) => row.id === choice.survivor)
  const source = sourceOf(compared, choice, field.key)
  const writable = compared.may && survivor !== undefined && stateOf(survivor, field) === 'write'
  const choosable = (row: Row) => writable && !choice.out.includes(row.id) && !isMasked(row[field.key])
  const pick = (from: string) => onChoice({ ...choice, own: { ...choice.own, [field.key]: from } })
  const label = say(field.labels, field.key)
  const joins = rows.some((row) => isList(row[field.key]))
  return (
    <tr className={differs ? 'differs' : ''}>
      <th scope="row">
        {label}
        {joins && differs && writable && (
          <Checkbox checked={source === JOIN} onChange={(event) => pick(event.target.checked ? JOIN : choice.survivor)}>
            {t('duplicates.join')}
          </Checkbox>
        )}
      </th>
      {rows.map((row) => {
        const value = <Value object={object} field={field} value={row[field.key]} />
        const shown = row[field.key] === null || row[field.key] === undefined ? <span className="quiet">–</span> : value
        const kept = !choice.out.includes(row.id) && (source === JOIN || source === row.id)
        return (
          <td key={row.id} className={choice.out.includes(row.id) ? 'out' : differs && kept ? 'kept' : ''}>
            {differs && choosable(row) ? (
              <Radio checked={source === row.id} onChange={() => pick(row.id)} aria-label={`${label}: ${titleOf(object, row)}`}>
                {shown}
              </Radio>
            ) : (
              shown
            )}
          </td>
        )
      })}
    </tr>
  )
}

/** What points at the records that go, as far as one sees it. */
function MovesText({ object, compared, choice }: { object: ObjectType; compared: Compared; choice: Choice }) {
  const { t, say } = useWords()
  const catalog = useCatalog()
  const going = merged(compared, choice)
    .slice(1)
    .map((row) => row.id)
  const moves = compared.moves
    .map((one) => ({ ...one, count: going.reduce((sum, id) => sum + (one.counts[id] ?? 0), 0) }))
    .filter((one) => one.count)
  const inverse = (other: string, relation: string) =>
    object.inverses?.find((one) => one.object === other && one.relation === relation)?.labels ?? catalog.objects[other]?.labels
  return (
    <p className="quiet compare-moves">
      {moves.length
        ? t('duplicates.moves', {
            what: moves.map((one) => `${say(inverse(one.object, one.relation), one.object)} ${one.count}`).join(t('build.comma')),
          })
        : t('duplicates.movesNone')}
    </p>
  )
}
