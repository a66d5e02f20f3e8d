/** Departments: a tree, each with a head. */
import { useQueryClient } from '@tanstack/react-query'
import { Button, Input, Select } from 'antd'
import { useState } from 'react'
import { Icon } from '../../../ui/Icon'
import { useWords } from '../../../ui/i18n'
import { Empty, Failed, Skeleton } from '../../../ui/states'
import { say as toast } from '../../../ui/toast'
import { Labelled, refuse, Sheet } from './parts'
import { type Department, server, useDepartments, usePeople } from './server'

/** Depth first, children under their parent. */
export function tree(all: Department[], parent: string | null = null, depth = 0): { department: Department; depth: number }[] {
  const here = all.filter((one) => one.parent === parent || (parent === null && !all.some((other) => other.id === one.parent)))
  return here.flatMap((department) => [{ department, depth }, ...tree(all, department.id, depth + 1)])
}

export default function Departments() {
  const { t } = useWords()
  const client = useQueryClient()
  const departments = useDepartments()
  const people = usePeople()
  const [editing, setEditing] = useState<Partial<Department>>()
  const refresh = () => client.invalidateQueries({ queryKey: ['admin'] })
  if (departments.isError) return <Failed problem={departments.error} retry={() => void departments.refetch()} />
  if (!departments.data) return <Skeleton />
  const live = departments.data.filter((one) => !one.retired)
  const name = (id: string | null) => people.data?.find((one) => one.id === id)?.name
  const retire = async (one: Department) => {
    const body = { name: one.name, parent: one.parent, head: one.head }
    try {
      await server.changeDepartment(one.id, { ...body, retired: true })
      toast(t('admin.departmentRetired', { name: one.name }), {
        undo: () => server.changeDepartment(one.id, body).then(refresh),
      })
      await refresh()
    } catch (problem) {
      refuse(problem)
    }
  }
  return (
    <>
      <div className="row admin-bar">
        <span className="toolbar-space" />
        <Button type="primary" icon={<Icon name="plus" />} onClick={() => setEditing({})}>
          {t('admin.newDepartment')}
        </Button>
      </div>
      {live.length === 0 ? (
        <Empty icon="apps" title={t('admin.noDepartments')} text={t('admin.noDepartmentsText')} />
      ) : (
        <ul className="admin-list">
          {tree(live).map(({ department, depth }) => (
            <li key={department.id} style={{ paddingInlineStart: depth * 24 }}>
              <button type="button" className="admin-line" onClick={() => setEditing(department)}>
                <strong className="admin-name cut">{department.name}</strong>
                {department.head && (
                  <span className="admin-cell cut">{t('admin.headIs', { name: name(department.head) ?? '–' })}</span>
                )}
              </button>
              <Button type="text" size="small" onClick={() => setEditing({ parent: department.id })}>
                {t('admin.below')}
              </Button>
              <Button type="text" size="small" onClick={() => void retire(department)}>
                {t('admin.retire')}
              </Button>
            </li>
          ))}
        </ul>
      )}
      {editing && <DepartmentSheet start={editing} all={live} onClose={() => setEditing(undefined)} refresh={refresh} />}
    </>
  )
}

function DepartmentSheet({
  start,
  all,
  onClose,
  refresh,
}: {
  start: Partial<Department>
  all: Department[]
  onClose: () => void
  refresh: () => Promise<unknown>
}) {
  const { t } = useWords()
  const people = usePeople()
  const [body, setBody] = useState({ name: start.name ?? '', parent: start.parent ?? null, head: start.head ?? null })
  const save = async () => {
    const { id } = start
    if (id) {
      const before = { name: start.name ?? '', parent: start.parent ?? null, head: start.head ?? null }
      await server.changeDepartment(id, body)
      toast(t('toast.saved'), { undo: () => server.changeDepartment(id, before).then(refresh) })
    } else await server.addDepartment(body)
    await refresh()
    onClose()
  }
  return (
    <Sheet title={start.name ?? t('admin.newDepartment')} save={save} onClose={onClose}>
      <Labelled label={t('admin.name')}>
        <Input required autoFocus value={body.name} onChange={(event) => setBody({ ...body, name: event.target.value })} />
      </Labelled>
      <Labelled label={t('admin.parent')}>
        <Select
          allowClear
          showSearch
          optionFilterProp="label"
          value={body.parent}
          options={tree(all)
            .filter(({ department }) => department.id !== start.id)
            .map(({ department, depth }) => ({ value: department.id, label: `${'  '.repeat(depth)}${department.name}` }))}
          onChange={(value) => setBody({ ...body, parent: value ?? null })}
        />
      </Labelled>
      <Labelled label={t('admin.head')}>
        <Select
          allowClear
          showSearch
          optionFilterProp="label"
          value={body.head}
          options={(people.data ?? []).filter((one) => one.active).map((one) => ({ value: one.id, label: one.name }))}
          onChange={(value) => setBody({ ...body, head: value ?? null })}
        />
      </Labelled>
    </Sheet>
  )
}
