/** What other systems call a record: shown under its title, added and taken away by whoever may change the record. */
import { useQuery } from '@tanstack/react-query'
import { Input, Modal } from 'antd'
import { useState } from 'react'
import { api } from '../../../ui/api'
import type { ObjectType } from '../../../ui/catalog'
import { Icon } from '../../../ui/Icon'
import { useWords } from '../../../ui/i18n'
import { markStale } from '../../../ui/live'
import { done, sayProblem } from '../../../ui/toast'

interface Props {
  object: ObjectType
  id: string
  mayUpdate: boolean
  /** Whether one is being added. */
  adding: boolean
  onAdded: () => void
}

export default function ExternalIds({ object, id, mayUpdate, adding, onAdded }: Props) {
  const { t } = useWords()
  const asked = useQuery({
    queryKey: ['object', object.key, 'external-ids', id],
    queryFn: () => api.externalIds(object.key, id),
    retry: false,
  })
  const [source, setSource] = useState('')
  const [name, setName] = useState('')
  const [busy, setBusy] = useState(false)
  const change = async (text: string, external_ids: object) => {
    setBusy(true)
    try {
      const written = await api.update(object.key, id, { external_ids })
      done(text, written.action, () => markStale(object.key))
      markStale(object.key)
      return true
    } catch (problem) {
      sayProblem(problem)
      return false
    } finally {
      setBusy(false)
    }
  }
  const add = async () => {
    if (await change(t('external.added'), { add: [{ source: source.trim().toLowerCase(), id: name.trim() }] })) {
      setName('')
      onAdded()
    }
  }
  return (
    <>
      {asked.data?.length ? (
        <ul className="external-ids" aria-label={t('external.title')}>
          {asked.data.map((one) => (
            <li key={`${one.source} ${one.id}`}>
              <span className="pill grey">
                {one.source} <bdi>{one.id}</bdi>
                {mayUpdate && (
                  <button
                    type="button"
                    className="icon-button"
                    aria-label={t('external.remove', { source: one.source, id: one.id })}
                    disabled={busy}
                    onClick={() => void change(t('external.removed'), { remove: [one] })}
                  >
                    <Icon name="close" />
                  </button>
                )}
              </span>
            </li>
          ))}
        </ul>
      ) : null}
      <Modal
        open={adding}
        title={t('external.add')}
        okText={t('action.save')}
        cancelText={t('action.cancel')}
        confirmLoading={busy}
        okButtonProps={{ disabled: !source.trim() || !name.trim() }}
        onOk={() => void add()}
        onCancel={onAdded}
        destroyOnHidden
      >
        <p className="quiet">{t('external.help')}</p>
        <div className="share-form">
          <label className="setting" htmlFor="external-source">
            <span>{t('external.source')}</span>
            <Input
              id="external-source"
              value={source}
              maxLength={60}
              placeholder="shop.de"
              onChange={(event) => setSource(event.target.value)}
            />
          </label>
          <label className="setting" htmlFor="external-id">
            <span>{t('external.id')}</span>
            <Input id="external-id" value={name} maxLength={200} onChange={(event) => setName(event.target.value)} />
          </label>
        </div>
      </Modal>
    </>
  )
}
