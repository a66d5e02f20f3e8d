/** Records of another object that point at this one. */
import { useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { Button } from 'antd'
import { useState } from 'react'
import { isWide } from '../../../kinds/fields/registry'
import { api } from '../../../ui/api'
import { type ObjectType, useCatalog } from '../../../ui/catalog'
import { Icon } from '../../../ui/Icon'
import { useWords } from '../../../ui/i18n'
import { Empty, Failed, Skeleton } from '../../../ui/states'
import { titleOf, Value } from '../../../ui/Value'
import { CreateDrawer } from './CreateDrawer'

export default function Related({
  object,
  id,
  other,
  relation,
}: {
  object: ObjectType
  id: string
  other: string
  relation: string
}) {
  const catalog = useCatalog()
  const { t, say } = useWords()
  const [creating, setCreating] = useState(false)
  const target = catalog.objects[other]
  const asked = useQuery({
    queryKey: ['object', other, 'related', object.key, id, relation],
    queryFn: () => api.related(object.key, id, other, relation),
    retry: false,
  })
  if (!target) return null
  if (asked.isError) return <Failed problem={asked.error} retry={() => void asked.refetch()} />
  if (!asked.data) return <Skeleton lines={3} />
  const fields = target.fields
    .filter((field) => !isWide(field) && field.key !== target.title && field.key !== relation)
    .slice(0, 4)
  const add = target.create && !target.parent && (
    <Button size="small" onClick={() => setCreating(true)}>
      <Icon name="plus" /> {t('action.create')}
    </Button>
  )
  return (
    <div className="related">
      {asked.data.records.length === 0 ? (
        <Empty icon={target.icon} title={t('empty.none', { name: say(target.labels, other) })} action={add} />
      ) : (
        <>
          <div className="section-head">{add}</div>
          <table>
            <thead>
              <tr>
                <th>{say(target.fields.find((field) => field.key === target.title)?.labels, target.title)}</th>
                {fields.map((field) => (
                  <th key={field.key}>{say(field.labels, field.key)}</th>
                ))}
              </tr>
            </thead>
            <tbody>
              {asked.data.records.map((row) => (
                <tr key={row.id}>
                  <td>
                    <Link to="/o/$object/$id" params={{ object: other, id: row.id }}>
                      {titleOf(target, row) || '–'}
                    </Link>
                  </td>
                  {fields.map((field) => (
                    <td key={field.key}>
                      <Value object={target} field={field} value={row[field.key]} />
                    </td>
                  ))}
                </tr>
              ))}
            </tbody>
          </table>
        </>
      )}
      {creating && <CreateDrawer object={target} preset={{ [relation]: { id } }} onClose={() => setCreating(false)} />}
    </div>
  )
}
