/** One role: its names, its rights on the installation and on each object; kept as a draft in the browser until it is published. */
import { Alert, Button, Checkbox, Input, Modal } from 'antd'
import { useEffect, useState } from 'react'
import { Icon } from '../../../ui/Icon'
import { useWords } from '../../../ui/i18n'
import { say as toast } from '../../../ui/toast'
import { TextsInput, useProblemText } from '../build/texts'
import { refuse } from './parts'
import { RoleObject } from './RoleObject'
import { changedParts, type Listed, newKey, type RightsObject, type Role, SYSTEM, withRights } from './roles'
import { server } from './server'

interface Props {
  listed: Listed | undefined
  start: Role
  keys: string[]
  objects: RightsObject[]
  refresh: () => Promise<void>
  onClose: () => void
}

interface Found {
  pointer: string
  code: string
  params: Record<string, unknown>
}

const MOST_UNDO = 100

/** The edits one made, with the way back and forth; kept in this browser as long as they are about this version. */
function useEdits(name: string, version: number, start: Role) {
  const key = `tradewind.draft.role.${name}`
  const [past, setPast] = useState<Role[]>([])
  const [future, setFuture] = useState<Role[]>([])
  const [kept] = useState<{ version: number; role: Role } | null>(() => {
    try {
      return JSON.parse(localStorage.getItem(key) ?? 'null')
    } catch {
      return null
    }
  })
  const [role, setRole] = useState<Role>(kept?.version === version ? kept.role : start)
  const keep = (next: Role) => {
    setRole(next)
    localStorage.setItem(key, JSON.stringify({ version, role: next }))
  }
  return {
    role,
    overtaken: kept !== null && kept.version !== version,
    change: (next: Role) => {
      setPast([...past.slice(-MOST_UNDO), role])
      setFuture([])
      keep(next)
    },
    undo: past.length
      ? () => {
          setFuture([role, ...future])
          keep(past[past.length - 1] as Role)
          setPast(past.slice(0, -1))
        }
      : undefined,
    redo: future.length
      ? () => {
          setPast([...past, role])
          keep(future[0] as Role)
          setFuture(future.slice(1))
        }
      : undefined,
    forget: () => {
      localStorage.removeItem(key)
      setPast([])
      setFuture([])
      setRole(start)
    },
  }
}

export function RolePage({ listed, start, keys, objects, refresh, onClose }: Props) {
  const { t, say } = useWords()
  const sentence = useProblemText()
  const edits = useEdits(listed?.key ?? `new.${start.key}`, listed?.version ?? 0, start)
  const { role } = edits
  const [open, setOpen] = useState('')
  const [search, setSearch] = useState('')
  const [asking, setAsking] = useState(false)
  const [busy, setBusy] = useState(false)
  const [problems, setProblems] = useState<Found[]>([])
  const changed = changedParts(listed?.body, role)
  const dirty = changed.length > 0
  const name = say(role.labels, '') || (listed ? listed.key : t('admin.role.new'))
  const label = (key: string) => {
    const object = objects.find((one) => one.key === key)
    return object ? say(object.labels, key) : t('admin.role.itself')
  }
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      const typing = event.target instanceof HTMLElement && event.target.closest('input, textarea')
      if (typing || !(event.ctrlKey || event.metaKey) || event.key.toLowerCase() !== 'z') return
      event.preventDefault()
      if (event.shiftKey) edits.redo?.()
      else edits.undo?.()
    }
    window.addEventListener('keydown', onKey)
    return () => window.removeEventListener('keydown', onKey)
  }, [edits])
  const ask = async () => {
    try {
      const named = Object.values(role.labels).some((text) => text.trim())
      const found = named
        ? await server.checkRole(role)
        : [{ pointer: '', code: 'field.required', params: { reason: 'no_name' } }]
      setProblems(found)
      if (!found.length) setAsking(true)
    } catch (problem) {
      refuse(problem)
    }
  }
  const discard = () => {
    edits.forget()
    if (!listed) onClose()
  }
  const publish = async () => {
    setBusy(true)
    try {
      const key = listed?.key ?? newKey(role.labels.en ?? '', keys)
      const { change_set: made } = await server.saveRole({ ...role, key }, listed?.version ?? 0)
      edits.forget()
      await refresh()
      toast(t('admin.role.published', { name }), { undo: () => server.undoRole(made).then(refresh) })
      onClose()
    } catch (problem) {
      setAsking(false)
      refuse(problem)
    } finally {
      setBusy(false)
    }
  }
  const shown = objects.filter((object) => `${label(object.key)} ${object.key}`.toLowerCase().includes(search.toLowerCase()))
  return (
    <div className="role">
      <div className="row wrap admin-bar role-bar">
        <Button type="text" icon={<Icon name="left" />} onClick={onClose}>
          {t('admin.roles')}
        </Button>
        <h2 className="cut">{name}</h2>
        {listed && <span className="quiet">{t('admin.role.people', { count: listed.people })}</span>}
        <span className="toolbar-space" />
        <Button type="text" disabled={!edits.undo} onClick={edits.undo} title="Ctrl Z">
          {t('action.undo')}
        </Button>
        <Button type="text" disabled={!edits.redo} onClick={edits.redo} title="Ctrl Shift Z">
          {t('admin.role.redo')}
        </Button>
        <Button disabled={!dirty} onClick={discard}>
          {t('admin.role.discard')}
        </Button>
        <Button type="primary" disabled={!dirty} onClick={() => void ask()}>
          {t('build.publish')}
        </Button>
      </div>
      {edits.overtaken && <Alert type="warning" showIcon closable title={t('admin.role.overtaken')} />}
      {problems.length > 0 && (
        <Alert
          type="error"
          showIcon
          title={t('plan.problems', { count: problems.length })}
          description={
            <ul>
              {problems.map((problem) => (
                <li key={problem.pointer + JSON.stringify(problem.params)}>
                  {label(problem.pointer.split('/')[4] ?? '')}: {sentence(problem)}
                </li>
              ))}
            </ul>
          }
        />
      )}
      <TextsInput label={t('admin.name')} value={role.labels} onChange={(labels) => edits.change({ ...role, labels })} />
      <Checkbox
        checked={role.everything ?? false}
        onChange={(event) => edits.change({ ...role, everything: event.target.checked })}
      >
        {t('admin.role.everything')}
      </Checkbox>
      {!role.everything && (
        <>
          <fieldset className="role-system">
            <legend>{t('admin.role.system')}</legend>
            {SYSTEM.map((right) => (
              <Checkbox
                key={right}
                checked={role.system?.includes(right) ?? false}
                onChange={(event) =>
                  edits.change({
                    ...role,
                    system: event.target.checked
                      ? [...(role.system ?? []), right]
                      : (role.system ?? []).filter((one) => one !== right),
                  })
                }
              >
                {t(`right.${right}`)} <span className="quiet">{t(`admin.role.rightText.${right}`)}</span>
              </Checkbox>
            ))}
          </fieldset>
          <div className="row">
            <h3>{t('admin.role.records')}</h3>
            <span className="toolbar-space" />
            <Input
              className="role-find"
              allowClear
              aria-label={t('admin.role.findObject')}
              placeholder={t('admin.role.findObject')}
              value={search}
              onChange={(event) => setSearch(event.target.value)}
            />
          </div>
          {shown.map((object) => (
            <RoleObject
              key={object.key}
              object={object}
              above={objects.find((one) => one.key === object.above)}
              rights={role.objects?.[object.key] ?? {}}
              open={open === object.key}
              onOpen={() => setOpen(open === object.key ? '' : object.key)}
              onChange={(rights) => edits.change(withRights(role, object.key, rights))}
            />
          ))}
        </>
      )}
      <Modal
        open={asking}
        title={t('admin.role.publishTitle', { name })}
        okText={t('build.publish')}
        cancelText={t('action.cancel')}
        confirmLoading={busy}
        onOk={() => void publish()}
        onCancel={() => setAsking(false)}
      >
        <p>{t('admin.role.publishText', { count: listed?.people ?? 0 })}</p>
        <ul>
          {changed.map((key) => (
            <li key={key}>{label(key)}</li>
          ))}
        </ul>
      </Modal>
    </div>
  )
}
