/** Shares one record with a colleague who would not see it otherwise, and takes it back. */
import { useQuery, useQueryClient } from '@tanstack/react-query'
import { Button, Checkbox, DatePicker, Modal } from 'antd'
import type { Dayjs } from 'dayjs'
import { useState } from 'react'
import { findPeople, Person, RefPicker } from '../../../kinds/fields/parts'
import { ApiProblem, type Ref, request } from '../../../ui/api'
import type { ObjectType } from '../../../ui/catalog'
import { date } from '../../../ui/format'
import { Icon } from '../../../ui/Icon'
import { useWords } from '../../../ui/i18n'
import { Failed, Skeleton } from '../../../ui/states'

interface Given {
  id: string
  person: Ref
  update: boolean
  until: string | null
  by: string | null
}

export default function Share({
  object,
  id,
  title,
  onClose,
}: {
  object: ObjectType
  id: string
  title: string
  onClose: () => void
}) {
  const { t, say, language } = useWords()
  const client = useQueryClient()
  const path = `/api/objects/${encodeURIComponent(object.key)}/records/${encodeURIComponent(id)}/shares`
  const given = useQuery({ queryKey: ['shares', object.key, id], queryFn: () => request<Given[]>('GET', path) })
  const [person, setPerson] = useState<Ref | null>(null)
  const [update, setUpdate] = useState(false)
  const [until, setUntil] = useState<Dayjs | null>(null)
  const [along, setAlong] = useState<string[]>([])
  const [problem, setProblem] = useState('')
  const [busy, setBusy] = useState(false)
  const sensitive = object.fields.filter((field) => field.sensitive && field.state !== 'masked')
  const act = async (method: string, address: string, body?: object) => {
    setBusy(true)
    setProblem('')
    try {
      await request(method, address, body)
      await client.invalidateQueries({ queryKey: ['shares', object.key, id] })
      return true
    } catch (failure) {
      setProblem(failure instanceof ApiProblem ? failure.message : String(failure))
      return false
    } finally {
      setBusy(false)
    }
  }
  const share = async () => {
    const body = { person: person?.id, update, sensitive: along, until: until ? until.endOf('day').toISOString() : null }
    if (await act('POST', path, body)) {
      setPerson(null)
      setAlong([])
    }
  }
  return (
    <Modal open title={t('share.title', { title })} footer={null} onCancel={onClose} destroyOnHidden>
      <p className="quiet">{t('share.help')}</p>
      <div className="share-form">
        <label className="setting" htmlFor="share-with">
          <span>{t('share.with')}</span>
          <RefPicker
            id="share-with"
            autoFocus
            value={person}
            find={findPeople}
            onChange={(ref) => setPerson(ref as Ref | null)}
          />
        </label>
        <label className="setting" htmlFor="share-until">
          <span>{t('share.until')}</span>
          <DatePicker id="share-until" value={until} placeholder={t('share.noEnd')} onChange={(day) => setUntil(day)} />
        </label>
        <Checkbox checked={update} onChange={(event) => setUpdate(event.target.checked)}>
          {t('share.update')}
        </Checkbox>
        {sensitive.map((field) => (
          <Checkbox
            key={field.key}
            checked={along.includes(field.key)}
            onChange={(event) =>
              setAlong((now) => (event.target.checked ? [...now, field.key] : now.filter((one) => one !== field.key)))
            }
          >
            {t('share.sensitive', { field: say(field.labels, field.key) })}
          </Checkbox>
        ))}
        {problem && (
          <p className="danger-text" role="alert">
            {problem}
          </p>
        )}
        <Button type="primary" disabled={!person} loading={busy} onClick={() => void share()}>
          {t('share.do')}
        </Button>
      </div>
      <h3>{t('share.now')}</h3>
      {given.isPending ? (
        <Skeleton lines={2} />
      ) : given.isError ? (
        <Failed problem={given.error} retry={() => void given.refetch()} />
      ) : given.data.length ? (
        <ul className="share-list">
          {given.data.map((one) => (
            <li key={one.id}>
              <Person value={one.person} />
              <span className="quiet grow">
                {t(one.update ? 'share.mayUpdate' : 'share.mayRead')}
                {one.until && ` · ${t('share.ends', { day: date(one.until, language) })}`}
              </span>
              <Button
                type="text"
                size="small"
                aria-label={t('share.takeBack', { name: one.person.name })}
                onClick={() => void act('DELETE', `${path}/${one.id}`)}
              >
                <Icon name="close" />
              </Button>
            </li>
          ))}
        </ul>
      ) : (
        <p className="quiet">{t('share.nobody')}</p>
      )}
    </Modal>
  )
}
