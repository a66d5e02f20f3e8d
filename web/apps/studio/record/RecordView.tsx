/** A record as a document: header, sections, lines, and tabs below; used by the page and the peek panel. */
import { useQuery, useQueryClient } from '@tanstack/react-query'
import { useNavigate } from '@tanstack/react-router'
import { Button, Dropdown, Tabs } from 'antd'
import { lazy, Suspense, useEffect, useState } from 'react'
import { choicesOf } from '../../../kinds/fields/choices'
import { Person } from '../../../kinds/fields/parts'
import { ApiProblem, api, type Ref, type Row } from '../../../ui/api'
import { type Catalog, type Field, fieldOf, layoutOf, type ObjectType, useCatalog, useMe } from '../../../ui/catalog'
import { Icon } from '../../../ui/Icon'
import { useWords } from '../../../ui/i18n'
import { markStale } from '../../../ui/live'
import { remember } from '../../../ui/opened'
import { useSave } from '../../../ui/save'
import { Failed, Skeleton } from '../../../ui/states'
import { done, say, sayProblem } from '../../../ui/toast'
import { stateOf, titleOf } from '../../../ui/Value'
import { FieldRow } from './FieldRow'
import { Lines } from './Lines'
import { Stepper } from './Stepper'

const Related = lazy(() => import('./Related'))
const History = lazy(() => import('./History'))
const Share = lazy(() => import('./Share'))
const Belonging = lazy(() => import('./Belonging'))
const ExternalIds = lazy(() => import('./ExternalIds'))
const SimilarStrip = lazy(() => import('./Similar'))

interface Props {
  object: ObjectType
  id: string
  narrow?: boolean
  onDeleted?: () => void
}

interface RelatedList {
  object: string
  relation: string
  /** The record another relation of this one leads to, where the list is that one's. */
  of?: { field: Field; object: ObjectType; id: string }
}

/** A layout's "object.relation", or "field:object.relation" of the record that the field leads to; nothing where that is not to be seen. */
function relatedList(catalog: Catalog, object: ObjectType, row: Row, name: string): RelatedList[] {
  const [path = '', through = ''] = name.split(':').reverse()
  const [other = '', relation = ''] = path.split('.')
  if (!through) return [{ object: other, relation }]
  const field = fieldOf(object, through)
  const target = field && catalog.objects[String(field.options.target)]
  const id = (row[through] as Ref | null | undefined)?.id
  return field && target && id && catalog.objects[other] ? [{ object: other, relation, of: { field, object: target, id } }] : []
}

/** The record that an old link leads on to. */
const mergedInto = (problem: unknown): string | undefined =>
  problem instanceof ApiProblem && problem.body.code === 'record.merged' ? String(problem.body.params?.survivor) : undefined

function MergedInto({ object, id }: { object: ObjectType; id: string }) {
  const navigate = useNavigate()
  useEffect(() => {
    void navigate({ to: '/o/$object/$id', params: { object: object.key, id }, replace: true })
    say((t) => t('duplicates.ledOn'))
  }, [navigate, object.key, id])
  return <Skeleton />
}

export function RecordView({ object, id, narrow = false, onDeleted }: Props) {
  const catalog = useCatalog()
  const { t, say } = useWords()
  const queries = useQueryClient()
  const queryKey = ['object', object.key, 'record', id]
  const asked = useQuery({ queryKey, queryFn: () => api.get(object.key, id), retry: false })
  const row = asked.data
  const person = useMe().person.id
  const there = Boolean(row)
  useEffect(() => {
    if (there) remember(person, object.key, id)
  }, [there, person, object.key, id])
  const patch = (_id: string, changes: Partial<Row>) => {
    const before = queries.getQueryData<Row>(queryKey)
    if (before) queries.setQueryData<Row>(queryKey, { ...before, ...changes } as Row)
    return before
  }
  const { save, dialog } = useSave(object, patch)
  const [sharing, setSharing] = useState(false)
  const [belonging, setBelonging] = useState(false)
  const [naming, setNaming] = useState(false)
  const survivor = mergedInto(asked.error)
  if (survivor) return <MergedInto object={object} id={survivor} />
  if (asked.isError && !row) return <Failed problem={asked.error} retry={() => void asked.refetch()} />
  if (!row) return <Skeleton />

  const saveAndTell = async (field: Field, value: unknown) => {
    await save(row, field, value)
    markStale(object.key)
  }
  const remove = async () => {
    try {
      const written = await api.remove(object.key, id)
      done(
        (t) => t('toast.deleted', { name: titleOf(object, row) }),
        written?.action,
        () => markStale(object.key),
      )
      markStale(object.key)
      onDeleted?.()
    } catch (problem) {
      sayProblem(problem)
    }
  }
  const layout = layoutOf(catalog, object.key)
  const lines = object.fields.filter((field) => field.type === 'lines')
  const visible = (key: string) => {
    const field = fieldOf(object, key)
    return field && field.type !== 'lines' && field.key in row ? [field] : []
  }
  const placed = new Set(layout?.sections.flatMap((section) => section.fields))
  const rest = object.fields.filter((field) => !placed.has(field.key)).map((field) => field.key)
  const sections = [
    ...(layout?.sections ?? []).map((section, index) => ({
      id: `${index}`,
      name: say(section.labels),
      fields: section.fields.flatMap(visible),
    })),
    { id: 'rest', name: layout ? t('record.more') : '', fields: rest.flatMap(visible) },
  ].filter((section) => section.fields.length)
  const status = object.fields.find((field) => field.type === 'status' && choicesOf(field).length > 0)
  const may = (action: string) => row._actions?.includes(action) ?? true
  const related: RelatedList[] = layout?.related?.length
    ? layout.related.flatMap((name) => relatedList(catalog, object, row, name))
    : (object.inverses ?? []).filter((inverse) => catalog.objects[inverse.object] && !catalog.objects[inverse.object]?.parent)

  return (
    <article className={narrow ? 'record narrow' : 'record'}>
      <header className="record-head">
        <div className="record-title">
          <span className="kind">
            <Icon name={object.icon} /> {say(object.labels, object.key)}
          </span>
          <h1>
            <bdi>{titleOf(object, row) || t('record.untitled')}</bdi>
          </h1>
        </div>
        {row.owner && <Person value={row.owner} />}
        {Boolean(row.team) && (
          <span className="pill blue" title={t('belonging.team')}>
            <Icon name="users" /> {(row.team as Ref).name}
          </span>
        )}
        {(may('delete') || may('update')) && (
          <Dropdown
            trigger={['click']}
            menu={{
              items: [
                ...(may('update') && !object.parent
                  ? [
                      { key: 'share', label: t('share.menu'), icon: <Icon name="user" />, onClick: () => setSharing(true) },
                      {
                        key: 'belonging',
                        label: t('belonging.title'),
                        icon: <Icon name="users" />,
                        onClick: () => setBelonging(true),
                      },
                      {
                        key: 'external',
                        label: t('external.add'),
                        icon: <Icon name="link" />,
                        onClick: () => setNaming(true),
                      },
                    ]
                  : []),
                ...(may('delete')
                  ? [
                      {
                        key: 'delete',
                        danger: true,
                        label: t('action.delete'),
                        icon: <Icon name="trash" />,
                        onClick: () => void remove(),
                      },
                    ]
                  : []),
              ],
            }}
          >
            <Button type="text" aria-label={t('record.actions')}>
              <Icon name="more" />
            </Button>
          </Dropdown>
        )}
        {status && status.key in row && (
          <Stepper
            field={status}
            value={row[status.key]}
            writable={may('update') && stateOf(row, status) === 'write'}
            onChange={(value) => void saveAndTell(status, value)}
          />
        )}
      </header>
      {object.parent ? null : (
        <Suspense fallback={null}>
          <ExternalIds
            key={id}
            object={object}
            id={id}
            mayUpdate={may('update')}
            adding={naming}
            onAdded={() => setNaming(false)}
          />
        </Suspense>
      )}
      {catalog.quality[object.key]?.length ? (
        <Suspense fallback={null}>
          <SimilarStrip key={id} object={object} id={id} />
        </Suspense>
      ) : null}
      {sections.map((section) => (
        <section key={section.id} className="record-section">
          {section.name && <h2>{section.name}</h2>}
          <dl>
            {section.fields.map((field) => (
              <FieldRow
                key={field.key}
                object={object}
                row={row}
                field={field}
                mayUpdate={may('update')}
                onSave={(value) => void saveAndTell(field, value)}
              />
            ))}
          </dl>
        </section>
      ))}
      {lines.map((field) =>
        catalog.objects[String(field.options.target)] ? (
          <Lines
            key={field.key}
            object={object}
            field={field}
            row={row}
            writable={may('update') && stateOf(row, field) === 'write'}
            onSaved={() => void asked.refetch()}
          />
        ) : null,
      )}
      <Suspense fallback={<Skeleton lines={3} />}>
        <Tabs
          items={[
            ...related.map(({ object: other, relation, of }) => ({
              key: `${of?.field.key ?? ''}:${other}.${relation}`,
              label: [
                ...(of ? [say(of.field.labels, of.field.key)] : []),
                say(
                  (of?.object ?? object).inverses?.find((item) => item.object === other && item.relation === relation)?.labels,
                  say(catalog.objects[other]?.labels, other),
                ),
              ].join(' · '),
              children: <Related object={of?.object ?? object} id={of?.id ?? id} other={other} relation={relation} />,
            })),
            { key: 'history', label: t('record.history'), children: <History object={object} id={id} /> },
          ]}
        />
      </Suspense>
      {dialog}
      {belonging && (
        <Suspense fallback={null}>
          <Belonging
            object={object}
            row={row}
            onSaved={() => {
              setBelonging(false)
              void asked.refetch()
            }}
            onClose={() => setBelonging(false)}
          />
        </Suspense>
      )}
      {sharing && (
        <Suspense fallback={null}>
          <Share object={object} id={id} title={titleOf(object, row)} onClose={() => setSharing(false)} />
        </Suspense>
      )}
    </article>
  )
}
