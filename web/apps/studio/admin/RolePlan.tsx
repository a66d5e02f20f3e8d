/** What publishing a role will change, and for how many people; then it is published. */
import { Alert, Button, Drawer, Input } from 'antd'
import { useState } from 'react'
import { useWords } from '../../../ui/i18n'
import { usePhone } from '../../../ui/theme'
import type { Found } from '../edit/model'
import { definitions } from '../edit/server'
import { useProblemText } from '../edit/texts'
import { Labelled, refuse } from './parts'
import { RoleDifferences } from './RoleDifferences'
import type { RightsObject, Role } from './roles'

interface Props {
  name: string
  before: Role | undefined
  after: Role
  base: number
  people: number
  objects: RightsObject[]
  problems: Found[]
  onPublished: (changeSet: string) => void
  onClose: () => void
}

export function RolePlan({ name, before, after, base, people, objects, problems, onPublished, onClose }: Props) {
  const { t, say } = useWords()
  const phone = usePhone()
  const sentence = useProblemText()
  const [title, setTitle] = useState('')
  const [busy, setBusy] = useState(false)
  const publish = async () => {
    setBusy(true)
    try {
      const done = await definitions.publish([after], { [`role/${after.key}`]: base }, title)
      onPublished(done.change_set)
    } catch (problem) {
      refuse(problem)
      onClose()
    }
  }
  const where = (problem: Found) => {
    const key = problem.pointer.split('/')[4] ?? ''
    return key ? say(objects.find((one) => one.key === key)?.labels, key) : t('admin.role.itself')
  }
  return (
    <Drawer
      open
      title={t('admin.role.publishTitle', { name })}
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
                  <li key={problem.pointer + JSON.stringify(problem.params)}>
                    {where(problem)}: {sentence(problem)}
                  </li>
                ))}
              </ul>
            }
          />
        )}
        <p>{people ? t('admin.role.publishText', { count: people }) : t('admin.role.publishNobody')}</p>
        <RoleDifferences before={before} after={after} objects={objects} />
        <Labelled label={t('plan.note')}>
          <Input
            value={title}
            maxLength={200}
            placeholder={t('plan.noteHelp')}
            onChange={(event) => setTitle(event.target.value)}
          />
        </Labelled>
      </div>
    </Drawer>
  )
}
