/** Saving one field of a record: shown at once, taken back on a problem, side by side when someone was faster. */
import { Button, Modal } from 'antd'
import { useState } from 'react'
import { toWire } from '../kinds/fields/registry'
import { ApiProblem, api, type Row } from './api'
import type { Field, ObjectType } from './catalog'
import { useWords } from './i18n'
import { markStale } from './live'
import { done, sayProblem } from './toast'
import { Value } from './Value'

interface Conflict {
  row: Row
  theirs: Row
  field: Field
  mine: unknown
}

export function useSave(object: ObjectType, patch: (id: string, changes: Partial<Row>) => Row | undefined) {
  const { t, say } = useWords()
  const [conflict, setConflict] = useState<Conflict | null>(null)

  const save = async (row: Row, field: Field, value: unknown): Promise<void> => {
    const before = row[field.key]
    patch(row.id, { [field.key]: value })
    try {
      const body: Record<string, unknown> = { [field.key]: toWire(field, value) }
      if (row.version) body.version = row.version
      const written = await api.update(object.key, row.id, body)
      const fresh = await api.get(object.key, row.id)
      patch(row.id, fresh)
      done(t('toast.saved', { name: say(field.labels, field.key) }), written?.action, () => markStale(object.key))
    } catch (problem) {
      patch(row.id, { [field.key]: before })
      if (problem instanceof ApiProblem && problem.body.status === 409 && problem.body.code === 'record.stale') {
        const theirs = await api.get(object.key, row.id).catch(() => null)
        if (theirs) return setConflict({ row, theirs, field, mine: value })
      }
      const first = problem instanceof ApiProblem ? problem.body.errors?.[0] : undefined
      sayProblem(
        problem,
        first?.detail ?? (first ? t(`problems.${first.code}`, { ...first.params, defaultValue: first.code }) : undefined),
      )
    }
  }

  const settle = (mine: boolean) => {
    if (!conflict) return
    const { theirs, field, mine: value } = conflict
    setConflict(null)
    patch(theirs.id, theirs)
    if (mine) void save(theirs, field, value)
  }

  const dialog = conflict && (
    <Modal
      open
      title={t('conflict.title')}
      onCancel={() => settle(false)}
      footer={[
        <Button key="theirs" onClick={() => settle(false)}>
          {t('conflict.keepTheirs')}
        </Button>,
        <Button key="mine" type="primary" onClick={() => settle(true)}>
          {t('conflict.keepMine')}
        </Button>,
      ]}
    >
      <p>{t('conflict.text', { field: say(conflict.field.labels, conflict.field.key) })}</p>
      <div className="sides">
        <div>
          <h3>{t('conflict.mine')}</h3>
          <Value object={object} field={conflict.field} value={conflict.mine} />
        </div>
        <div>
          <h3>{t('conflict.theirs')}</h3>
          <Value object={object} field={conflict.field} value={conflict.theirs[conflict.field.key]} />
        </div>
      </div>
    </Modal>
  )
  return { save, dialog }
}
