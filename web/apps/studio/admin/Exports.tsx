/** Who exported unusually much, and the limits of exports. */
import { useQuery, useQueryClient } from '@tanstack/react-query'
import { Button, InputNumber } from 'antd'
import { useEffect, useState } from 'react'
import { useCatalog, useMe } from '../../../ui/catalog'
import { instant, number } from '../../../ui/format'
import { Icon } from '../../../ui/Icon'
import { useWords } from '../../../ui/i18n'
import { say as toast } from '../../../ui/toast'
import { type Alert, exportsServer, type Policy, type SetPolicy, useAlerts } from '../exports/server'
import { Labelled, refuse } from './parts'
import '../exports/exports.css'

const LIMITS: (keyof Policy)[] = ['rows_per_export', 'rows_per_day', 'alert_rows', 'alert_times', 'alert_from']

/** How many alerts nobody has seen; nothing for none. */
export function Unseen() {
  const { t } = useWords()
  const count = useAlerts(true).data?.filter((one) => !one.seen_by).length ?? 0
  return count ? <span className="pill red">{t('export.alerts.unseen', { count })}</span> : null
}

export function ExportWatch({ onShow }: { onShow: (person: string) => void }) {
  const { t } = useWords()
  const me = useMe()
  const alerts = useAlerts(true).data
  const policy = useQuery({ queryKey: ['export-policy'], queryFn: exportsServer.policy, staleTime: 0 }).data
  return (
    <>
      <details className="export-watch" open={alerts?.some((one) => !one.seen_by)}>
        <summary>
          {t('export.alerts.title')} <Unseen />
        </summary>
        {alerts && alerts.length === 0 && <p className="quiet">{t('export.alerts.none')}</p>}
        <ul>
          {alerts?.map((one) => (
            <Line key={one.id} alert={one} onShow={() => onShow(one.person.id)} />
          ))}
        </ul>
      </details>
      {policy && (
        <details className="export-watch">
          <summary>{t('export.policy.title')}</summary>
          <p className="quiet">{t('export.policy.text')}</p>
          <Limits key={policy.version} set={policy} may={me.system_rights.includes('roles')} />
        </details>
      )}
    </>
  )
}

function Line({ alert, onShow }: { alert: Alert; onShow: () => void }) {
  const { t, say, language } = useWords()
  const catalog = useCatalog()
  const client = useQueryClient()
  const objects = alert.objects.map((key) => say(catalog.objects[key]?.labels, key)).join(t('build.comma'))
  const figures = { rows: number(alert.rows, language), usual: number(alert.usual, language), exports: alert.exports, objects }
  const see = () => exportsServer.seen(alert.id).then(() => client.invalidateQueries({ queryKey: ['export-alerts'] }), refuse)
  return (
    <li>
      {!alert.seen_by && <Icon name="warn" />}
      <span className="grow">
        {t(`export.alerts.${alert.reason}`, { name: alert.person.name ?? alert.person.id, ...figures })}{' '}
        <time className="quiet" dateTime={alert.at}>
          {instant(alert.at, language)}
        </time>
      </span>
      <Button size="small" type="text" onClick={onShow}>
        {t('export.alerts.show')}
      </Button>
      {alert.seen_by ? (
        <span className="quiet">{t('export.alerts.seenBy', { name: alert.seen_by })}</span>
      ) : (
        <Button size="small" onClick={() => void see()}>
          {t('export.alerts.see')}
        </Button>
      )}
    </li>
  )
}

function Limits({ set, may }: { set: SetPolicy; may: boolean }) {
  const { t } = useWords()
  const client = useQueryClient()
  const [policy, setPolicy] = useState(set.policy)
  useEffect(() => setPolicy(set.policy), [set])
  const changed = LIMITS.some((key) => policy[key] !== set.policy[key])
  const save = async () => {
    try {
      await exportsServer.setPolicy({ version: set.version, policy })
      toast(t('export.policy.saved'))
    } catch (problem) {
      refuse(problem)
    }
    await client.invalidateQueries({ queryKey: ['export-policy'] })
  }
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault()
        void save()
      }}
    >
      {LIMITS.map((key) => (
        <Labelled key={key} label={t(`export.policy.${key}`)}>
          <InputNumber
            min={1}
            max={1_000_000_000}
            precision={0}
            disabled={!may}
            value={policy[key]}
            onChange={(value) => value && setPolicy({ ...policy, [key]: value })}
          />
        </Labelled>
      ))}
      {may && (
        <Button type="primary" htmlType="submit" disabled={!changed}>
          {t('action.save')}
        </Button>
      )}
    </form>
  )
}
