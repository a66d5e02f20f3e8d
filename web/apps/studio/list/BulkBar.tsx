/** What can be done with the chosen rows at once. */
import { Button, Popover } from 'antd'
import { useState } from 'react'
import { findPeople, findTeams, RefPicker } from '../../../kinds/fields/parts'
import { api, type Ref } from '../../../ui/api'
import type { ObjectType } from '../../../ui/catalog'
import type { Rows } from '../../../ui/grid/useRows'
import { Icon } from '../../../ui/Icon'
import { useWords } from '../../../ui/i18n'
import { markStale } from '../../../ui/live'
import { done, sayProblem } from '../../../ui/toast'

interface Props {
  object: ObjectType
  ids: string[]
  rows: Rows
  onDone: () => void
  onExport?: (() => void) | undefined
}

export function BulkBar({ object, ids, rows, onDone, onExport }: Props) {
  const { t } = useWords()
  const [busy, setBusy] = useState(false)
  const [owner, setOwner] = useState<Ref | null>(null)
  const [team, setTeam] = useState<Ref | null>(null)
  const stale = () => markStale(object.key)
  const may = (action: string) =>
    ids.every((id) => {
      const place = rows.place(id)
      const row = place === undefined ? undefined : rows.row(place)
      return row?._actions?.includes(action) ?? true
    })
  const run = async (body: object, message: string) => {
    setBusy(true)
    try {
      const written = await api.batch(object.key, body)
      done(message, written.action, stale)
      stale()
      onDone()
    } catch (problem) {
      sayProblem(problem)
    } finally {
      setBusy(false)
    }
  }
  const count = ids.length
  return (
    <div className="bulk" role="toolbar" aria-label={t('bulk.chosen', { count })}>
      <strong>{t('bulk.chosen', { count })}</strong>
      {may('update') && (
        <Popover
          trigger="click"
          placement="bottomLeft"
          content={
            <div className="sort-panel">
              <span className="quiet">{t('belonging.owner')}</span>
              <RefPicker value={owner} find={findPeople} onChange={(ref) => setOwner(ref as Ref | null)} />
              <span className="quiet">{t('belonging.team')}</span>
              <RefPicker value={team} find={findTeams} onChange={(ref) => setTeam(ref as Ref | null)} />
              <Button
                type="primary"
                disabled={(!owner && !team) || busy}
                onClick={() =>
                  void run(
                    {
                      operation: 'update',
                      rows: ids.map((id) => ({ id, ...(owner ? { owner: owner.id } : {}), ...(team ? { team: team.id } : {}) })),
                    },
                    t('bulk.ownerDone', { count }),
                  )
                }
              >
                {t('bulk.owner')}
              </Button>
            </div>
          }
        >
          <Button disabled={busy}>
            <Icon name="user" /> {t('bulk.owner')}
          </Button>
        </Popover>
      )}
      {onExport && (
        <Button disabled={busy} onClick={onExport}>
          <Icon name="download" /> {t('export.chosen')}
        </Button>
      )}
      {may('delete') && (
        <Button danger disabled={busy} onClick={() => void run({ operation: 'delete', ids }, t('bulk.deleted', { count }))}>
          <Icon name="trash" /> {t('action.delete')}
        </Button>
      )}
      <Button type="text" onClick={onDone}>
        {t('bulk.clear')}
      </Button>
    </div>
  )
}
