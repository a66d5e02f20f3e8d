/** The sheet for a publish that changes no columns: what it does in sentences, what is wrong with it, a note for the versions. */
import { Alert, Button, Drawer, Input } from 'antd'
import { type ReactNode, useState } from 'react'
import { ApiProblem } from '../../../ui/api'
import { useWords } from '../../../ui/i18n'
import { usePhone } from '../../../ui/theme'
import { sayProblem } from '../../../ui/toast'
import type { Found } from './model'
import { definitions, type Kind } from './server'

interface Props {
  title: string
  kind: Kind
  /** What is published, and the version it was edited from. */
  after: { key: string }
  base: number
  problems: Found[]
  /** A problem in words, with its place. */
  sentence: (problem: Found) => string
  onPublished: (changeSet: string) => void
  onClose: () => void
  children: ReactNode
}

export function PublishSheet({ title, kind, after, base, problems, sentence, onPublished, onClose, children }: Props) {
  const { t } = useWords()
  const phone = usePhone()
  const [note, setNote] = useState('')
  const [busy, setBusy] = useState(false)
  const publish = async () => {
    setBusy(true)
    try {
      onPublished((await definitions.publish([after], { [`${kind}/${after.key}`]: base }, note)).change_set)
    } catch (problem) {
      sayProblem(problem, problem instanceof ApiProblem ? problem.body.errors?.[0]?.detail : undefined)
      onClose()
    }
  }
  return (
    <Drawer
      open
      title={title}
      placement={phone ? 'bottom' : 'right'}
      size={phone ? '92vh' : 560}
      closable={!busy}
      maskClosable={!busy}
      onClose={onClose}
      footer={
        <div className="form-foot">
          <span className="toolbar-space" />
          <Button onClick={onClose} disabled={busy}>
            {t('action.cancel')}
          </Button>
          <Button type="primary" loading={busy} disabled={problems.length > 0} onClick={() => void publish()}>
            {t('build.publish')}
          </Button>
        </div>
      }
    >
      <div className="plan">
        {problems.length > 0 && (
          <Alert
            type="error"
            showIcon
            title={t('plan.problems', { count: problems.length })}
            description={
              <ul className="plan-problems">
                {problems.map((problem) => (
                  <li key={problem.pointer + JSON.stringify(problem.params)}>{sentence(problem)}</li>
                ))}
              </ul>
            }
          />
        )}
        {children}
        <label className="setting">
          <span>{t('plan.note')}</span>
          <Input
            value={note}
            maxLength={200}
            placeholder={t('plan.noteHelp')}
            onChange={(event) => setNote(event.target.value)}
          />
        </label>
      </div>
    </Drawer>
  )
}
