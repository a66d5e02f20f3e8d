/** One role: its names, its rights on the installation and on each object; a draft until it is published. */
import { useQueryClient } from '@tanstack/react-query'
import { Button, Checkbox, Input } from 'antd'
import { useMemo, useState } from 'react'
import { Icon } from '../../../ui/Icon'
import { useWords } from '../../../ui/i18n'
import { Failed, Skeleton } from '../../../ui/states'
import { usePhone } from '../../../ui/theme'
import { sayProblem, say as toast } from '../../../ui/toast'
import { EditorHead } from '../edit/EditorHead'
import { definitions } from '../edit/server'
import { TextsInput } from '../edit/texts'
import { type Editor, useEditor, useProblems } from '../edit/useEditor'
import { Versions } from '../edit/Versions'
import { RoleDifferences } from './RoleDifferences'
import { RoleObject } from './RoleObject'
import { RolePlan } from './RolePlan'
import { type Listed, mergeRoles, newKey, type RightsObject, type Role, roleDifferences, SYSTEM, tidy, withRights } from './roles'
import { SeesDrawer } from './Sees'
import { server } from './server'

interface Props {
  name: string
  listed: Listed | undefined
  /** What a new role begins as. */
  start: Role
  keys: string[]
  objects: RightsObject[]
  refresh: () => Promise<void>
  onClose: () => void
}

export function RolePage(props: Props) {
  const { name, listed, start } = props
  const [fresh] = useState(() => (listed ? undefined : tidy(start)))
  const shape = useMemo(() => ({ kind: 'role' as const, normal: tidy, merge: mergeRoles, fresh }), [fresh])
  const editor = useEditor<Role>(shape, name)
  const role = editor.doc?.[name]
  if (editor.problem) return <Failed problem={editor.problem} retry={editor.retry} />
  if (editor.loading || !role) return <Skeleton />
  return <Editing {...props} editor={editor} role={role} />
}

type Dialog = '' | 'plan' | 'versions' | 'sees'

function Editing({ name, listed, keys, objects, refresh, onClose, editor, role }: Props & { editor: Editor<Role>; role: Role }) {
  const { t, say } = useWords()
  const phone = usePhone()
  const queries = useQueryClient()
  const [open, setOpen] = useState('')
  const [search, setSearch] = useState('')
  const [dialog, setDialog] = useState<Dialog>('')
  const problems = useProblems(editor.doc)
  const title = say(role.labels, '') || (listed ? name : t('admin.role.new'))
  const label = (key: string) => say(objects.find((one) => one.key === key)?.labels, key)
  const change = (next: Role, place?: string) => editor.change({ [name]: tidy(next) }, place)
  const close = () => setDialog('')
  const named = Object.keys(role.labels).length > 0
  const unnamed = { pointer: `/role/${name}/labels`, code: 'field.required', params: { reason: 'no_name' } }
  const published = async (changeSet: string, key: string) => {
    if (key !== name) await editor.discard()
    close()
    await Promise.all([refresh(), queries.invalidateQueries({ queryKey: ['versions', 'role', key] })])
    toast(t('admin.role.published', { name: title }), {
      undo: async () => {
        await definitions.undo(changeSet)
        await refresh()
      },
    })
    onClose()
  }
  const discard = async () => {
    const before = editor.doc
    try {
      await editor.discard()
      if (!listed) onClose()
      toast(t('build.discarded'), {
        undo: async () => {
          if (!before) return
          await definitions.keep('role', name, before, editor.base)
          await queries.invalidateQueries({ queryKey: ['drafts'] })
          await editor.reload()
        },
      })
    } catch (problem) {
      sayProblem(problem)
    }
  }
  const key = listed ? name : newKey(role.labels.en ?? '', keys)
  const shown = objects.filter((object) => `${label(object.key)} ${object.key}`.toLowerCase().includes(search.toLowerCase()))
  return (
    <div className="role">
      <EditorHead
        editor={editor}
        back={
          <button type="button" className="icon-button" aria-label={t('admin.role.back')} onClick={onClose}>
            <Icon name="left" size={20} />
          </button>
        }
        icon="lock"
        title={title}
        count={editor.original ? roleDifferences(editor.original, role, objects).length : 0}
        actions={phone ? [{ key: 'sees', label: t('admin.role.sees'), run: () => setDialog('sees') }] : []}
        onVersions={() => setDialog('versions')}
        onDiscard={() => void discard()}
        onPublish={() => setDialog('plan')}
      >
        {listed && !phone && <span className="quiet">{t('admin.role.people', { count: listed.people })}</span>}
        {!phone && <Button onClick={() => setDialog('sees')}>{t('admin.role.sees')}</Button>}
      </EditorHead>
      <TextsInput
        label={t('admin.name')}
        value={role.labels}
        onChange={(labels) => change({ ...role, labels: { ...labels } }, 'labels')}
      />
      <Checkbox checked={role.everything ?? false} onChange={(event) => change({ ...role, everything: event.target.checked })}>
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
                  change({
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
              onChange={(rights) => change(withRights(role, object.key, rights))}
            />
          ))}
          {!shown.length && <p className="quiet">{t('build.nothingFound', { search })}</p>}
        </>
      )}
      {dialog === 'plan' && (
        <RolePlan
          name={title}
          before={editor.original}
          after={{ ...role, key }}
          base={editor.base}
          people={listed?.people ?? 0}
          objects={objects}
          problems={named ? problems : [unnamed]}
          onPublished={(changeSet) => void published(changeSet, key)}
          onClose={close}
        />
      )}
      {dialog === 'versions' && (
        <Versions<Role>
          kind="role"
          name={name}
          draft={editor.changed ? role : undefined}
          compare={(before, after) => <RoleDifferences before={before} after={after} objects={objects} />}
          onRestore={(body) => change(body)}
          onUndone={() => void Promise.all([refresh(), editor.reload()])}
          onClose={close}
        />
      )}
      {dialog === 'sees' && (
        <SeesDrawer
          title={t('admin.role.seesTitle', { name: title })}
          name={`role ${name}`}
          ask={() => server.roleSees(role)}
          role={() => title}
          onClose={close}
        />
      )}
    </div>
  )
}
