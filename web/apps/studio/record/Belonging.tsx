/** Whose a record is: its owner, and the team that shares it. */
import { Modal } from 'antd'
import { useState } from 'react'
import { findPeople, findTeams, RefPicker } from '../../../kinds/fields/parts'
import { api, type Ref, type Row } from '../../../ui/api'
import type { ObjectType } from '../../../ui/catalog'
import { useWords } from '../../../ui/i18n'
import { markStale } from '../../../ui/live'
import { done, sayProblem } from '../../../ui/toast'

interface Props {
  object: ObjectType
  row: Row
  onSaved: () => void
  onClose: () => void
}

export default function Belonging({ object, row, onSaved, onClose }: Props) {
  const { t } = useWords()
  const [owner, setOwner] = useState((row.owner as Ref | null) ?? null)
  const [team, setTeam] = useState((row.team as Ref | null) ?? null)
  const [busy, setBusy] = useState(false)
  const save = async () => {
    setBusy(true)
    try {
      const body = {
        operation: 'update',
        rows: [{ id: row.id, version: row.version, owner: owner?.id ?? null, team: team?.id ?? null }],
      }
      const written = await api.batch(object.key, body)
      const stale = () => markStale(object.key)
      done((t) => t('belonging.done'), written.action, stale)
      stale()
      onSaved()
    } catch (problem) {
      sayProblem(problem)
      setBusy(false)
    }
  }
  return (
    <Modal
      open
      title={t('belonging.title')}
      okText={t('action.save')}
      cancelText={t('action.cancel')}
      confirmLoading={busy}
      onOk={() => void save()}
      onCancel={onClose}
      destroyOnHidden
    >
      <p className="quiet">{t('belonging.text')}</p>
      <div className="share-form">
        <label className="setting" htmlFor="belonging-owner">
          <span>{t('belonging.owner')}</span>
          <RefPicker id="belonging-owner" value={owner} find={findPeople} onChange={(ref) => setOwner(ref as Ref | null)} />
        </label>
        <label className="setting" htmlFor="belonging-team">
          <span>{t('belonging.team')}</span>
          <RefPicker id="belonging-team" value={team} find={findTeams} onChange={(ref) => setTeam(ref as Ref | null)} />
        </label>
      </div>
    </Modal>
  )
}
