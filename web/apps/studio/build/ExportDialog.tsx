/** Which definitions go out: all, a pack's, or some objects with what belongs to them; the browser saves one zip. */
import { Button, Checkbox, Modal, Radio, Select } from 'antd'
import { useState } from 'react'
import { useMe } from '../../../ui/catalog'
import { useWords } from '../../../ui/i18n'
import './files.css'
import { files, type Wish } from './files'
import type { Listed } from './server'

export default function ExportDialog({ all, onClose }: { all: Listed[]; onClose: () => void }) {
  const { t, say } = useWords()
  const mayRoles = useMe().system_rights.includes('roles')
  const packs = [...new Set(all.filter((one) => !one.retired).map((one) => one.pack))].filter(Boolean).sort()
  const objects = all.filter((one) => one.kind === 'object' && !one.retired && !one.parent)
  const [wish, setWish] = useState<Wish>({ what: 'all', pack: packs[0] ?? '', objects: [], roles: mayRoles })
  const change = (changes: Partial<Wish>) => setWish((now) => ({ ...now, ...changes }))
  const ready = wish.what === 'all' || (wish.what === 'pack' ? Boolean(wish.pack) : wish.objects.length > 0)
  return (
    <Modal
      open
      destroyOnHidden
      title={t('definitions.export.title')}
      onCancel={onClose}
      footer={[
        <Button key="cancel" onClick={onClose}>
          {t('action.cancel')}
        </Button>,
        <Button
          key="export"
          type="primary"
          disabled={!ready}
          {...(ready ? { href: files.address(wish), download: true } : {})}
          onClick={onClose}
        >
          {t('definitions.export.do')}
        </Button>,
      ]}
    >
      <div className="field-form export-form">
        <p className="quiet">{t('definitions.export.text')}</p>
        <fieldset className="setting">
          <legend className="unseen">{t('definitions.export.what')}</legend>
          <Radio.Group value={wish.what} onChange={(event) => change({ what: event.target.value as Wish['what'] })}>
            <Radio value="all">{t('definitions.export.all')}</Radio>
            {packs.length > 0 && <Radio value="pack">{t('definitions.export.pack')}</Radio>}
            <Radio value="objects" disabled={!objects.length}>
              {t('definitions.export.objects')}
            </Radio>
          </Radio.Group>
        </fieldset>
        {wish.what === 'pack' && (
          <Select
            className="full"
            aria-label={t('definitions.export.pack')}
            value={wish.pack}
            options={packs.map((key) => ({ value: key, label: t('build.pack', { pack: key }) }))}
            onChange={(pack) => change({ pack })}
          />
        )}
        {wish.what === 'objects' && (
          <>
            <Select
              mode="multiple"
              className="full"
              aria-label={t('definitions.export.objects')}
              placeholder={t('definitions.export.choose')}
              value={wish.objects}
              optionFilterProp="label"
              options={objects.map((one) => ({ value: one.key, label: say(one.labels, one.key) }))}
              onChange={(keys: string[]) => change({ objects: keys })}
            />
            <p className="quiet">{t('definitions.export.belongs')}</p>
          </>
        )}
        {mayRoles && (
          <Checkbox checked={wish.roles} onChange={(event) => change({ roles: event.target.checked })}>
            {t('definitions.export.roles')}
          </Checkbox>
        )}
      </div>
    </Modal>
  )
}
