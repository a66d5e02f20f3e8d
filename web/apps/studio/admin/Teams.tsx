/** Teams: flat lists of people that may own and receive. */
import { useQueryClient } from '@tanstack/react-query'
import { Button, Input, Select } from 'antd'
import { useState } from 'react'
import { Icon } from '../../../ui/Icon'
import { useWords } from '../../../ui/i18n'
import { Empty, Failed, Skeleton } from '../../../ui/states'
import { say as toast } from '../../../ui/toast'
import { Labelled, Sheet } from './parts'
import { server, type Team, usePeople, useTeams } from './server'

export default function Teams() {
  const { t } = useWords()
  const teams = useTeams()
  const people = usePeople()
  const [editing, setEditing] = useState<Team | 'new'>()
  if (teams.isError) return <Failed problem={teams.error} retry={() => void teams.refetch()} />
  if (!teams.data) return <Skeleton />
  const name = (id: string) => people.data?.find((one) => one.id === id)?.name ?? '–'
  return (
    <>
      <div className="row admin-bar">
        <span className="toolbar-space" />
        <Button type="primary" icon={<Icon name="plus" />} onClick={() => setEditing('new')}>
          {t('admin.newTeam')}
        </Button>
      </div>
      {teams.data.length === 0 ? (
        <Empty icon="apps" title={t('admin.noTeams')} text={t('admin.noTeamsText')} />
      ) : (
        <ul className="admin-list">
          {teams.data.map((team) => (
            <li key={team.id}>
              <button type="button" className="admin-line" onClick={() => setEditing(team)}>
                <strong className="admin-name cut">{team.name}</strong>
                <span className="admin-cell cut">{team.members.map(name).join(' · ')}</span>
              </button>
            </li>
          ))}
        </ul>
      )}
      {editing && <TeamSheet team={editing === 'new' ? undefined : editing} onClose={() => setEditing(undefined)} />}
    </>
  )
}

function TeamSheet({ team, onClose }: { team: Team | undefined; onClose: () => void }) {
  const { t } = useWords()
  const client = useQueryClient()
  const people = usePeople()
  const refresh = () => client.invalidateQueries({ queryKey: ['admin'] })
  const [body, setBody] = useState({ name: team?.name ?? '', members: team?.members ?? [] })
  const save = async () => {
    if (team) {
      await server.changeTeam(team.id, body)
      toast(t('toast.saved'), {
        undo: () => server.changeTeam(team.id, { name: team.name, members: team.members }).then(refresh),
      })
    } else await server.addTeam(body)
    await refresh()
    onClose()
  }
  return (
    <Sheet title={team?.name ?? t('admin.newTeam')} save={save} onClose={onClose}>
      <Labelled label={t('admin.name')}>
        <Input required autoFocus value={body.name} onChange={(event) => setBody({ ...body, name: event.target.value })} />
      </Labelled>
      <Labelled label={t('admin.members')}>
        <Select
          mode="multiple"
          optionFilterProp="label"
          value={body.members}
          options={(people.data ?? []).filter((one) => one.active).map((one) => ({ value: one.id, label: one.name }))}
          onChange={(value) => setBody({ ...body, members: value })}
        />
      </Labelled>
    </Sheet>
  )
}
