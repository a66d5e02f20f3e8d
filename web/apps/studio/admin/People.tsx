/** People: who may sign in, where they belong, what they may do, and what that lets them see. */
import { useQueryClient } from '@tanstack/react-query'
import { Button, Input, Select } from 'antd'
import { useState } from 'react'
import { Icon } from '../../../ui/Icon'
import { LANGUAGES, useWords } from '../../../ui/i18n'
import { Empty, Failed, Skeleton } from '../../../ui/states'
import { say as toast } from '../../../ui/toast'
import { Labelled, Once, refuse, Sheet } from './parts'
import { SeesDrawer } from './Sees'
import { type Person, type PersonBody, server, useDepartments, usePeople, useRoles, useTeams } from './server'

const ZONES = Intl.supportedValuesOf('timeZone')

export default function People() {
  const { t, say, language } = useWords()
  const client = useQueryClient()
  const [search, setSearch] = useState('')
  const [editing, setEditing] = useState<Person | 'new'>()
  const [seen, setSeen] = useState<Person>()
  const [secret, setSecret] = useState<{ name: string; password: string }>()
  const people = usePeople(search)
  const departments = useDepartments()
  const roles = useRoles()
  const refresh = () => client.invalidateQueries({ queryKey: ['admin'] })
  if (people.isError) return <Failed problem={people.error} retry={() => void people.refetch()} />
  const department = (id: string | null) => departments.data?.find((one) => one.id === id)?.name ?? ''
  const role = (key: string) => say(roles.data?.find((one) => one.id === key)?.labels, key)
  const turn = async (person: Person) => {
    try {
      await server.changePerson(person.id, { active: !person.active })
      toast(t(person.active ? 'admin.deactivated' : 'admin.activated', { name: person.name }), {
        undo: () => server.changePerson(person.id, { active: person.active }).then(refresh),
      })
      await refresh()
    } catch (problem) {
      refuse(problem)
    }
  }
  return (
    <>
      <div className="row admin-bar">
        <Input
          allowClear
          prefix={<Icon name="search" />}
          aria-label={t('admin.findPerson')}
          placeholder={t('admin.findPerson')}
          value={search}
          onChange={(event) => setSearch(event.target.value)}
        />
        <Button type="primary" icon={<Icon name="plus" />} onClick={() => setEditing('new')}>
          {t('admin.newPerson')}
        </Button>
      </div>
      {secret && (
        <Once
          label={t('admin.passwordOf', { name: secret.name })}
          secret={secret.password}
          onClose={() => setSecret(undefined)}
        />
      )}
      {!people.data ? (
        <Skeleton />
      ) : people.data.length === 0 ? (
        <Empty icon="search" title={t('admin.nobody')} text={t('admin.nobodyText')} />
      ) : (
        <ul className="admin-list">
          {people.data.map((person) => (
            <li key={person.id} className={person.active ? '' : 'off'}>
              <button type="button" className="admin-line" onClick={() => setEditing(person)}>
                <span className="admin-name">
                  <strong className="cut">{person.name}</strong>
                  <span className="quiet cut">{person.email}</span>
                </span>
                <span className="admin-cell cut">{department(person.department)}</span>
                <span className="admin-cell cut">{person.roles.map(role).join(language === 'zh-CN' ? '、' : ', ')}</span>
                {!person.active && <span className="pill grey">{t('admin.inactive')}</span>}
              </button>
              <Button type="text" size="small" onClick={() => setSeen(person)}>
                {t('admin.sees')}
              </Button>
              <Button type="text" size="small" onClick={() => void turn(person)}>
                {t(person.active ? 'admin.deactivate' : 'admin.activate')}
              </Button>
            </li>
          ))}
        </ul>
      )}
      {editing && (
        <PersonSheet
          person={editing === 'new' ? undefined : editing}
          onClose={() => setEditing(undefined)}
          onSecret={(name, password) => setSecret({ name, password })}
          refresh={refresh}
        />
      )}
      {seen && (
        <SeesDrawer
          title={t('admin.seesTitle', { name: seen.name })}
          name={seen.id}
          ask={() => server.sees(seen.id)}
          role={role}
          onClose={() => setSeen(undefined)}
        />
      )}
    </>
  )
}

const NEW: PersonBody = {
  email: '',
  name: '',
  department: null,
  language: 'zh-CN',
  zone: Intl.DateTimeFormat().resolvedOptions().timeZone,
  roles: [],
  teams: [],
}

function PersonSheet({
  person,
  onClose,
  onSecret,
  refresh,
}: {
  person: Person | undefined
  onClose: () => void
  onSecret: (name: string, password: string) => void
  refresh: () => Promise<unknown>
}) {
  const { t, say } = useWords()
  const departments = useDepartments()
  const teams = useTeams()
  const roles = useRoles()
  const [body, setBody] = useState<PersonBody>(() => (person ? bodyOf(person) : NEW))
  const set = (changes: Partial<PersonBody>) => setBody((now) => ({ ...now, ...changes }))
  const save = async () => {
    if (person) {
      const before = bodyOf(person)
      await server.changePerson(person.id, body)
      toast(t('toast.saved'), { undo: () => server.changePerson(person.id, before).then(refresh) })
    } else {
      const made = await server.addPerson(body)
      onSecret(body.name, made.password)
    }
    await refresh()
    onClose()
  }
  const reset = async () => {
    if (!person) return
    try {
      onSecret(person.name, (await server.resetPassword(person.id)).password)
      onClose()
    } catch (problem) {
      refuse(problem)
    }
  }
  const named = (list: { id: string; name: string; retired?: boolean }[] | undefined) =>
    (list ?? []).filter((one) => !one.retired).map((one) => ({ value: one.id, label: one.name }))
  return (
    <Sheet
      title={person?.name ?? t('admin.newPerson')}
      save={save}
      onClose={onClose}
      extra={
        person && (
          <Button type="text" onClick={() => void reset()}>
            {t('admin.resetPassword')}
          </Button>
        )
      }
    >
      <Labelled label={t('admin.name')}>
        <Input required autoFocus value={body.name} onChange={(event) => set({ name: event.target.value })} />
      </Labelled>
      <Labelled label={t('signIn.email')}>
        <Input required type="email" value={body.email} onChange={(event) => set({ email: event.target.value })} />
      </Labelled>
      <Labelled label={t('admin.rolesOf')}>
        <Select
          mode="multiple"
          optionFilterProp="label"
          value={body.roles}
          options={(roles.data ?? []).map((one) => ({ value: one.id, label: say(one.labels, one.id) }))}
          onChange={(value) => set({ roles: value })}
        />
      </Labelled>
      <Labelled label={t('admin.department')}>
        <Select
          allowClear
          showSearch
          optionFilterProp="label"
          value={body.department}
          options={named(departments.data)}
          onChange={(value) => set({ department: value ?? null })}
        />
      </Labelled>
      <Labelled label={t('admin.teams')}>
        <Select
          mode="multiple"
          optionFilterProp="label"
          value={body.teams}
          options={named(teams.data)}
          onChange={(value) => set({ teams: value })}
        />
      </Labelled>
      <Labelled label={t('admin.language')}>
        <Select
          value={body.language}
          options={Object.entries(LANGUAGES).map(([value, label]) => ({ value, label: String(label) }))}
          onChange={(value) => set({ language: value })}
        />
      </Labelled>
      <Labelled label={t('admin.zone')}>
        <Select
          showSearch
          value={body.zone}
          options={ZONES.map((value) => ({ value, label: value }))}
          onChange={(value) => set({ zone: value })}
        />
      </Labelled>
    </Sheet>
  )
}

const bodyOf = ({ email, name, department, language, zone, roles, teams }: Person): PersonBody => ({
  email,
  name,
  department,
  language,
  zone,
  roles,
  teams,
})
