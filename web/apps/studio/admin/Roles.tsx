/** Roles: who has them, and the way to what each allows. */
import { useQuery, useQueryClient } from '@tanstack/react-query'
import { useNavigate, useParams } from '@tanstack/react-router'
import { Button, Popconfirm } from 'antd'
import { Icon } from '../../../ui/Icon'
import { useWords } from '../../../ui/i18n'
import { Failed, Skeleton } from '../../../ui/states'
import { say as toast } from '../../../ui/toast'
import { definitions } from '../edit/server'
import { refuse } from './parts'
import { RolePage } from './RolePage'
import { newKey, type Role } from './roles'
import { server } from './server'

export default function Roles() {
  const { t, say } = useWords()
  const navigate = useNavigate()
  const client = useQueryClient()
  const { _splat: place = '' } = useParams({ strict: false })
  const [, chosen = '', from = ''] = place.split('/')
  const drafts = useQuery({ queryKey: ['drafts'], queryFn: definitions.drafts<Role>, staleTime: 0 })
  const asked = useQuery({ queryKey: ['admin', 'role-rights'], queryFn: server.roleRights, staleTime: 0 })
  if (asked.isError) return <Failed problem={asked.error} retry={() => void asked.refetch()} />
  if (!asked.data || !drafts.data) return <Skeleton />
  const { roles, objects, keys } = asked.data
  const mine = drafts.data.filter((one) => one.kind === 'role')
  const begun = mine.filter((draft) => !roles.some((one) => one.key === draft.key))
  const taken = [...keys, ...mine.map((draft) => draft.key)]
  const go = (rest = '') => void navigate({ to: '/admin/$', params: { _splat: `roles${rest}` } })
  const refresh = async () => {
    await Promise.all([
      client.invalidateQueries({ queryKey: ['admin'] }),
      client.invalidateQueries({ queryKey: ['drafts'] }),
      client.invalidateQueries({ queryKey: ['catalog'] }),
    ])
  }
  const retire = async (key: string, name: string) => {
    try {
      const { change_set: made } = await server.retireRole(key)
      await refresh()
      toast(t('admin.role.retired', { name }), {
        undo: async () => {
          await definitions.undo(made)
          await refresh()
        },
      })
    } catch (problem) {
      refuse(problem)
    }
  }
  if (chosen) {
    const old = roles.find((one) => one.key === chosen)
    const model = roles.find((one) => one.key === from)
    return (
      <RolePage
        key={chosen}
        name={chosen}
        listed={old}
        start={{ ...model?.body, key: chosen, labels: {} }}
        keys={keys}
        objects={objects}
        refresh={refresh}
        onClose={() => go()}
      />
    )
  }
  return (
    <>
      <div className="row admin-bar">
        <p className="quiet grow">{t('admin.role.text')}</p>
        <Button type="primary" icon={<Icon name="plus" />} onClick={() => go(`/${newKey('role', taken)}`)}>
          {t('admin.role.new')}
        </Button>
      </div>
      <ul className="admin-list">
        {begun.map((draft) => (
          <li key={draft.key}>
            <button type="button" className="admin-line" onClick={() => go(`/${draft.key}`)}>
              <strong className="admin-name cut">{say(draft.body[draft.key]?.labels, t('admin.role.new'))}</strong>
              <span className="pill amber">{t('build.draftNew')}</span>
            </button>
          </li>
        ))}
        {roles.map((role) => {
          const name = say(role.body.labels, role.key)
          return (
            <li key={role.key}>
              <button type="button" className="admin-line" onClick={() => go(`/${role.key}`)}>
                <strong className="admin-name cut">{name}</strong>
                {mine.some((draft) => draft.key === role.key) && <span className="pill amber">{t('build.draft')}</span>}
                <span className="admin-cell cut">
                  {role.body.everything
                    ? t('admin.everything')
                    : t('admin.role.objects', { count: Object.keys(role.body.objects ?? {}).length })}
                </span>
                <span className="admin-cell cut">{t('admin.role.people', { count: role.people })}</span>
              </button>
              <Button type="text" size="small" onClick={() => go(`/${newKey(role.key, taken)}/${role.key}`)}>
                {t('admin.role.copy')}
              </Button>
              <Popconfirm
                title={t('admin.role.retireAsk', { name })}
                okText={t('admin.retire')}
                cancelText={t('action.cancel')}
                onConfirm={() => void retire(role.key, name)}
              >
                <Button
                  type="text"
                  size="small"
                  disabled={role.people > 0}
                  title={role.people ? t('admin.role.inUse') : undefined}
                >
                  {t('admin.retire')}
                </Button>
              </Popconfirm>
            </li>
          )
        })}
      </ul>
    </>
  )
}
