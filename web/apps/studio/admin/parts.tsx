/** Parts that the pages of the administration share. */
import { Button, Drawer, Input } from 'antd'
import { type ReactNode, useState } from 'react'
import { ApiProblem } from '../../../ui/api'
import { useWords } from '../../../ui/i18n'
import { usePhone } from '../../../ui/theme'
import { say, sayProblem } from '../../../ui/toast'

/** The sentence of the first thing that is wrong. */
export const refuse = (problem: unknown) =>
  sayProblem(problem, problem instanceof ApiProblem ? problem.body.errors?.[0]?.detail : undefined)

export function Labelled({ label, children }: { label: string; children: ReactNode }) {
  return (
    // biome-ignore lint/a11y/noLabelWithoutControl: the control is the child
    <label className="admin-field">
      <span>{label}</span>
      {children}
    </label>
  )
}

/** A form at the side; on a phone from below. `save` closes it unless it throws. */
export function Sheet({
  title,
  save,
  onClose,
  children,
  extra,
}: {
  title: string
  save: () => Promise<unknown>
  onClose: () => void
  children: ReactNode
  extra?: ReactNode
}) {
  const { t } = useWords()
  const phone = usePhone()
  const [busy, setBusy] = useState(false)
  const submit = async () => {
    setBusy(true)
    try {
      await save()
    } catch (problem) {
      refuse(problem)
    } finally {
      setBusy(false)
    }
  }
  return (
    <Drawer
      open
      destroyOnHidden
      title={title}
      placement={phone ? 'bottom' : 'right'}
      size={phone ? '92vh' : 520}
      onClose={onClose}
      footer={
        <div className="form-foot">
          {extra}
          <span className="toolbar-space" />
          <Button onClick={onClose}>{t('action.cancel')}</Button>
          <Button type="primary" htmlType="submit" form="admin-sheet" loading={busy}>
            {t('action.save')}
          </Button>
        </div>
      }
    >
      <form
        id="admin-sheet"
        className="admin-form"
        onSubmit={(event) => {
          event.preventDefault()
          void submit()
        }}
      >
        {children}
      </form>
    </Drawer>
  )
}

/** A secret that is shown this once. */
export function Once({ label, secret, onClose }: { label: string; secret: string; onClose: () => void }) {
  const { t } = useWords()
  const copy = () => {
    void navigator.clipboard?.writeText(secret).then(() => say((t) => t('admin.copied')))
  }
  return (
    <div className="admin-once" role="status">
      <strong>{label}</strong>
      <p className="quiet">{t('admin.onceText')}</p>
      <div className="row">
        <Input readOnly value={secret} aria-label={label} onFocus={(event) => event.target.select()} />
        <Button type="primary" onClick={copy}>
          {t('admin.copy')}
        </Button>
        <Button onClick={onClose}>{t('action.close')}</Button>
      </div>
    </div>
  )
}
