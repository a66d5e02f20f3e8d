/** The lines of a record: read like a table, edited as a whole and saved in one action. */
import { useQuery } from '@tanstack/react-query'
import { Button } from 'antd'
import { useState } from 'react'
import { toWire } from '../../../kinds/fields/registry'
import { api, type Row } from '../../../ui/api'
import { canWrite, type Field, type ObjectType, useCatalog } from '../../../ui/catalog'
import { useWords } from '../../../ui/i18n'
import { markStale } from '../../../ui/live'
import { done, sayProblem } from '../../../ui/toast'
import { type LineRow, LineTable, lineFields, newLine } from './LineTable'

interface Props {
  object: ObjectType
  field: Field
  row: Row
  writable: boolean
  onSaved: () => void
}

/** Line rows as they are sent: own fields only, references by id. */
export function wireLines(target: ObjectType, parent: string, rows: LineRow[]): Record<string, unknown>[] {
  return rows.map((row) => ({
    ...(row.id ? { id: row.id } : {}),
    ...Object.fromEntries(
      lineFields(target, parent)
        .filter(
          (field) =>
            canWrite(field) &&
            field.key in row &&
            !(row[field.key] && typeof row[field.key] === 'object' && 'masked' in (row[field.key] as object)),
        )
        .map((field) => [field.key, toWire(field, row[field.key])]),
    ),
  }))
}

export function Lines({ object, field, row, writable, onSaved }: Props) {
  const catalog = useCatalog()
  const { t, say } = useWords()
  const target = catalog.objects[String(field.options.target)] as ObjectType
  const parent = String(field.options.parent ?? 'parent')
  const given = Array.isArray(row[field.key]) ? (row[field.key] as LineRow[]) : undefined
  const asked = useQuery({
    queryKey: ['object', target.key, 'lines', row.id],
    enabled: !given,
    queryFn: () => api.query(target.key, { filter: { op: 'eq', field: parent, value: row.id }, limit: 500 }),
  })
  const lines: LineRow[] = (given ?? (asked.data?.records as unknown as LineRow[] | undefined) ?? []).map((line) => ({
    ...line,
    _key: line.id ?? line._key,
  }))
  const [draft, setDraft] = useState<LineRow[] | null>(null)
  const [busy, setBusy] = useState(false)
  const save = async () => {
    if (!draft) return
    setBusy(true)
    try {
      const body: Record<string, unknown> = { [field.key]: wireLines(target, parent, draft) }
      if (row.version) body.version = row.version
      const written = await api.update(object.key, row.id, body)
      done(
        (t) => t('toast.saved', { name: say(field.labels, field.key) }),
        written?.action,
        () => {
          markStale(object.key)
          markStale(target.key)
        },
      )
      setDraft(null)
      markStale(target.key)
      onSaved()
    } catch (problem) {
      sayProblem(problem)
    } finally {
      setBusy(false)
    }
  }
  return (
    <section className="record-section">
      <div className="section-head">
        <h2>{say(field.labels, field.key)}</h2>
        {writable && !draft && (
          <Button size="small" onClick={() => setDraft(lines.length ? lines : [newLine()])}>
            {t('action.edit')}
          </Button>
        )}
        {draft && (
          <>
            <Button size="small" onClick={() => setDraft(null)}>
              {t('action.cancel')}
            </Button>
            <Button size="small" type="primary" loading={busy} onClick={() => void save()}>
              {t('action.save')}
            </Button>
          </>
        )}
      </div>
      <LineTable target={target} parent={parent} rows={draft ?? lines} editing={draft !== null} onChange={setDraft} />
    </section>
  )
}
