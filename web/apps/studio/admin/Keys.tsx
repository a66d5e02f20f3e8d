/** API keys: for programs that speak for a person, with at most his rights. */
import { useQuery, useQueryClient } from '@tanstack/react-query'
import { Button, Checkbox, Input, Popconfirm, Select } from 'antd'
import { useState } from 'react'
import { useCatalog } from '../../../ui/catalog'
import { ago, instant } from '../../../ui/format'
import { Icon } from '../../../ui/Icon'
import { useWords } from '../../../ui/i18n'
import { Empty, Failed, Skeleton } from '../../../ui/states'
import { say as toast } from '../../../ui/toast'
import { Labelled, Once, refuse, Sheet } from './parts'
import { type ApiKey, server } from './server'

const DAYS = [30, 90, 180, 365]

export default function Keys() {
  const { t } = useWords()
  const client = useQueryClient()
  const keys = useQuery({ queryKey: ['admin', 'keys'], queryFn: server.keys })
  const [creating, setCreating] = useState(false)
  const [secret, setSecret] = useState('')
  const refresh = () => client.invalidateQueries({ queryKey: ['admin', 'keys'] })
  if (keys.isError) return <Failed problem={keys.error} retry={() => void keys.refetch()} />
  if (!keys.data) return <Skeleton />
  const revoke = async (key: ApiKey) => {
    try {
      await server.revokeKey(key.id)
      toast(t('admin.revoked', { name: key.name }))
      await refresh()
    } catch (problem) {
      refuse(problem)
    }
  }
  return (
    <>
      <div className="row admin-bar">
        <p className="quiet toolbar-space">{t('admin.keysText')}</p>
        <Button type="primary" icon={<Icon name="plus" />} onClick={() => setCreating(true)}>
          {t('admin.newKey')}
        </Button>
      </div>
      {secret && <Once label={t('admin.keyIs')} secret={secret} onClose={() => setSecret('')} />}
      {keys.data.length === 0 ? (
        <Empty icon="lock" title={t('admin.noKeys')} text={t('admin.noKeysText')} />
      ) : (
        <ul className="admin-list">
          {keys.data.map((key) => (
            <KeyLine key={key.id} one={key} revoke={() => void revoke(key)} />
          ))}
        </ul>
      )}
      {creating && <KeySheet onClose={() => setCreating(false)} onSecret={setSecret} refresh={refresh} />}
    </>
  )
}

function KeyLine({ one, revoke }: { one: ApiKey; revoke: () => void }) {
  const { t, language } = useWords()
  const over = one.revoked_at !== null || new Date(one.expires_at).getTime() < Date.now()
  return (
    <li className={over ? 'off' : ''}>
      <div className="admin-line">
        <span className="admin-name">
          <strong className="cut">{one.name}</strong>
          <code className="quiet">{`tw_${one.id}_…`}</code>
        </span>
        <span className="admin-cell cut">
          {[t(one.read_only ? 'admin.readOnly' : 'admin.readWrite'), one.objects?.join(' · ') ?? t('admin.allObjects')].join(
            ' · ',
          )}
        </span>
        <span className="admin-cell cut">
          {one.used_at ? t('admin.usedAt', { when: ago(one.used_at, language) }) : t('admin.neverUsed')}
        </span>
        {over ? (
          <span className="pill grey">{t(one.revoked_at ? 'admin.isRevoked' : 'admin.isOver')}</span>
        ) : (
          <span className="quiet">{t('admin.until', { when: instant(one.expires_at, language) })}</span>
        )}
      </div>
      {!over && (
        <Popconfirm title={t('admin.revokeAsk')} okText={t('admin.revoke')} cancelText={t('action.cancel')} onConfirm={revoke}>
          <Button type="text" size="small" danger>
            {t('admin.revoke')}
          </Button>
        </Popconfirm>
      )}
    </li>
  )
}

function KeySheet({
  onClose,
  onSecret,
  refresh,
}: {
  onClose: () => void
  onSecret: (secret: string) => void
  refresh: () => Promise<unknown>
}) {
  const { t, say } = useWords()
  const catalog = useCatalog()
  const [body, setBody] = useState({ name: '', objects: [] as string[], read_only: true, days: 90 })
  const save = async () => {
    onSecret((await server.addKey({ ...body, objects: body.objects.length ? body.objects : null })).key)
    await refresh()
    onClose()
  }
  return (
    <Sheet title={t('admin.newKey')} save={save} onClose={onClose}>
      <Labelled label={t('admin.name')}>
        <Input required autoFocus value={body.name} onChange={(event) => setBody({ ...body, name: event.target.value })} />
      </Labelled>
      <Labelled label={t('admin.keyObjects')}>
        <Select
          mode="multiple"
          optionFilterProp="label"
          placeholder={t('admin.allObjects')}
          value={body.objects}
          options={Object.values(catalog.objects).map((one) => ({ value: one.key, label: say(one.labels, one.key) }))}
          onChange={(value) => setBody({ ...body, objects: value })}
        />
      </Labelled>
      <Labelled label={t('admin.lasts')}>
        <Select
          value={body.days}
          options={DAYS.map((value) => ({ value, label: t('admin.days', { count: value }) }))}
          onChange={(value) => setBody({ ...body, days: value })}
        />
      </Labelled>
      <Checkbox checked={body.read_only} onChange={(event) => setBody({ ...body, read_only: event.target.checked })}>
        {t('admin.readOnly')}
      </Checkbox>
    </Sheet>
  )
}
