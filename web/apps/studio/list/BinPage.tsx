/** The recycle bin of an object: what was deleted, and the way back. */
import { useQuery } from '@tanstack/react-query'
import { Link, useParams } from '@tanstack/react-router'
import { Button } from 'antd'
import { useCallback } from 'react'
import { isWide } from '../../../kinds/fields/registry'
import { api, type Row } from '../../../ui/api'
import { fieldOf, useCatalog } from '../../../ui/catalog'
import { type Column, Grid } from '../../../ui/grid/Grid'
import { useRows } from '../../../ui/grid/useRows'
import { useWords } from '../../../ui/i18n'
import { markStale } from '../../../ui/live'
import { Empty, Failed, Skeleton } from '../../../ui/states'
import { done, sayProblem } from '../../../ui/toast'
import { titleOf, Value } from '../../../ui/Value'

const NONE: ReadonlySet<string> = new Set()
const nothing = () => undefined
const question = { deleted: true }
/** Of so many records it is asked whether they became part of others. */
const MOST = 500

export default function BinPage() {
  const { object: key } = useParams({ strict: false }) as { object: string }
  const object = useCatalog().objects[key]
  const { t, say } = useWords()
  const rows = useRows(key, question, undefined)
  const shown = rows.ready ? Array.from({ length: Math.min(rows.length, MOST) }, (_, index) => rows.row(index)?.id ?? '') : []
  const ids = shown.filter(Boolean)
  const merged = useQuery({
    queryKey: ['object', key, 'merged', ids.join(',')],
    queryFn: () => api.merged(key, ids),
    enabled: ids.length > 0,
  }).data
  const cell = useCallback(
    (row: Row, column: Column) => {
      const restore = async () => {
        try {
          const written = await api.restore(key, row.id)
          done(
            (t) => t('bin.restored', { name: titleOf(object, row) }),
            written?.action,
            () => markStale(key),
          )
          markStale(key)
        } catch (problem) {
          sayProblem(problem)
        }
      }
      const into = merged?.[row.id]
      const part = async () => {
        try {
          await api.undo(into?.action ?? '')
          done(
            (t) => t('duplicates.parted', { name: titleOf(object, row) }),
            undefined,
            () => undefined,
          )
          markStale(key)
        } catch (problem) {
          sayProblem(problem)
        }
      }
      if (column.field.key === '_restore' && into)
        return (
          <Button size="small" onClick={() => void part()}>
            {t('duplicates.part')}
          </Button>
        )
      if (column.field.key === '_merged')
        return into ? (
          <Link to="/o/$object/$id" params={{ object: key, id: into.survivor }}>
            {into.title || t('record.untitled')}
          </Link>
        ) : null
      if (column.field.key === '_restore')
        return (
          <Button size="small" onClick={() => void restore()}>
            {t('bin.restore')}
          </Button>
        )
      return <Value object={object} field={column.field} value={row[column.field.key]} />
    },
    [object, key, t, merged],
  )
  if (!object) return <Empty icon="lock" title={t('state.noObject')} text={t('state.noObjectText')} />
  const keys = [
    object.title,
    ...object.fields.filter((field) => field.key !== object.title && !isWide(field)).map((field) => field.key),
  ].slice(0, 5)
  const columns: Column[] = [...keys, 'deleted_at'].flatMap((name) => {
    const field = fieldOf(object, name)
    return field ? [{ field: { ...field, sortable: false }, label: say(field.labels, name), width: 180 }] : []
  })
  columns.splice(1, 0, {
    field: { key: '_restore', type: 'text', labels: {}, options: {}, state: 'read', sortable: false },
    label: t('bin.restore'),
    width: 170,
  })
  if (merged && Object.keys(merged).length)
    columns.splice(2, 0, {
      field: { key: '_merged', type: 'text', labels: {}, options: {}, state: 'read', sortable: false },
      label: t('duplicates.partOf'),
      width: 180,
    })
  return (
    <div className="list">
      <div className="list-main">
        <div className="toolbar">
          <h1>{t('bin.of', { name: say(object.labels, key) })}</h1>
        </div>
        <div className="list-body">
          {rows.problem && !rows.ready ? (
            <Failed problem={rows.problem} retry={rows.reload} />
          ) : !rows.ready ? (
            <Skeleton />
          ) : rows.length === 0 ? (
            <Empty icon="trash" title={t('bin.empty')} text={t('bin.emptyText')} />
          ) : (
            <Grid
              label={t('bin.of', { name: say(object.labels, key) })}
              columns={columns}
              length={rows.length}
              row={rows.row}
              show={rows.show}
              cell={cell}
              editor={nothing}
              canEdit={() => false}
              sort={[]}
              onSort={nothing}
              onResize={nothing}
              selected={NONE}
              onSelect={nothing}
              onSelectAll={nothing}
              onOpen={nothing}
              onPeek={nothing}
              active={null}
            />
          )}
        </div>
      </div>
    </div>
  )
}
