/** A new object: its name, its key, a picture and the fields to start with; it begins as a draft. */
import { useQueryClient } from '@tanstack/react-query'
import { useNavigate } from '@tanstack/react-router'
import { Button, Checkbox, Input, Modal } from 'antd'
import { type FormEvent, useId, useState } from 'react'
import type { Texts } from '../../../ui/catalog'
import { useWords } from '../../../ui/i18n'
import { sayProblem } from '../../../ui/toast'
import { definitions } from '../edit/server'
import { TextsInput } from '../edit/texts'
import { type FieldDef, isKey, type ObjectDef, proposeKey, STAGES } from './model'
import { IconPicker } from './pickers'

/** Fields that most objects begin with. */
const STARTERS: FieldDef[] = [
  {
    key: 'number',
    type: 'auto_number',
    labels: { 'zh-CN': '编号', en: 'Number' },
    options: { pattern: '{yyyy}-{0000}' },
    unique: true,
  },
  STAGES,
  { key: 'due', type: 'date', labels: { 'zh-CN': '截止日期', en: 'Due' } },
  { key: 'responsible', type: 'user', labels: { 'zh-CN': '经办人', en: 'Responsible' }, default: { me: true } },
  { key: 'amount', type: 'money', labels: { 'zh-CN': '金额', en: 'Amount' } },
  { key: 'note', type: 'long_text', labels: { 'zh-CN': '备注', en: 'Note' } },
  { key: 'files', type: 'attachment', labels: { 'zh-CN': '附件', en: 'Files' } },
]

export default function NewObject({ taken, onClose }: { taken: string[]; onClose: () => void }) {
  const { t, say } = useWords()
  const navigate = useNavigate()
  const queries = useQueryClient()
  const form = useId()
  const [labels, setLabels] = useState<Texts>({})
  const [own, setOwn] = useState<string | null>(null)
  const [icon, setIcon] = useState('table')
  const [starters, setStarters] = useState<string[]>([])
  const [busy, setBusy] = useState(false)
  const [tried, setTried] = useState(false)
  const named = Object.values(labels).some((text) => text.trim())
  const key = own ?? proposeKey(labels.en ?? '', named ? 'object' : '', taken)
  const wrong = !isKey(key) ? 'build.keyHelp' : taken.includes(key) ? 'build.keyTaken' : ''
  const create = async (event: FormEvent) => {
    event.preventDefault()
    setTried(true)
    if (!named || wrong) return
    const object: ObjectDef = {
      kind: 'object',
      key,
      labels: Object.fromEntries(Object.entries(labels).filter(([, text]) => text.trim())),
      icon,
      title: 'name',
      fields: [
        { key: 'name', type: 'text', labels: { 'zh-CN': '名称', en: 'Name' }, required: true, searched: true },
        ...STARTERS.filter((field) => starters.includes(field.key)),
      ],
    }
    setBusy(true)
    try {
      await definitions.keep('object', key, { [key]: object }, 0)
      await queries.invalidateQueries({ queryKey: ['drafts'] })
      await navigate({ to: '/build/objects/$key', params: { key } })
    } catch (problem) {
      sayProblem(problem)
      setBusy(false)
    }
  }
  return (
    <Modal
      open
      destroyOnHidden
      title={t('build.newObject')}
      onCancel={onClose}
      footer={[
        <Button key="cancel" onClick={onClose}>
          {t('action.cancel')}
        </Button>,
        <Button key="create" type="primary" htmlType="submit" form={form} loading={busy}>
          {t('build.begin')}
        </Button>,
      ]}
    >
      <form id={form} className="field-form" noValidate onSubmit={(event) => void create(event)}>
        <TextsInput label={t('build.objectName')} value={labels} autoFocus invalid={tried && !named} onChange={setLabels} />
        {tried && !named && <p className="field-problem">{t('build.problem.no_label')}</p>}
        <label className="setting">
          <span>{t('build.key')}</span>
          <Input
            aria-label={t('build.key')}
            value={key}
            {...(wrong && (tried || own !== null) ? { status: 'error' as const } : {})}
            onChange={(event) => setOwn(event.target.value.toLowerCase().replace(/[^a-z0-9_]/g, ''))}
          />
          <small className={wrong && (tried || own !== null) ? 'field-problem' : 'quiet'}>{t(wrong || 'build.keyHelp')}</small>
        </label>
        <IconPicker value={icon} onChange={setIcon} />
        <fieldset className="setting starters">
          <legend>{t('build.starters')}</legend>
          <Checkbox checked disabled>
            {t('build.starterName')}
          </Checkbox>
          {STARTERS.map((field) => (
            <Checkbox
              key={field.key}
              checked={starters.includes(field.key)}
              onChange={(event) =>
                setStarters((now) => (event.target.checked ? [...now, field.key] : now.filter((one) => one !== field.key)))
              }
            >
              {say(field.labels)} <span className="quiet">{t(`build.types.${field.type}`)}</span>
            </Checkbox>
          ))}
        </fieldset>
      </form>
    </Modal>
  )
}
