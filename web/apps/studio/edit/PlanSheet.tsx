/** The sheet every publish goes through: the plan and its problems, then the publish itself with what refused it or how far it is. */
import type { UseQueryResult } from '@tanstack/react-query'
import { Alert, Button, Drawer, Input } from 'antd'
import type { ReactNode } from 'react'
import type { ApiProblem } from '../../../ui/api'
import { useWords } from '../../../ui/i18n'
import { Failed, Skeleton } from '../../../ui/states'
import { usePhone } from '../../../ui/theme'
import type { Found } from './model'
import { PlanSteps } from './PlanSteps'
import { Running } from './Running'
import type { Plan } from './server'
import type { Publishing } from './usePublishing'

interface Props {
  plan: UseQueryResult<Plan>
  publishing: Publishing
  /** A problem as a line of a list, with its place. */
  line: (problem: Found) => ReactNode
  onJump?: (object: string, field: string) => void
  note: string
  onNote: (note: string) => void
  onPublish: () => void
  onClose: () => void
  /** What is asked besides, once nothing is wrong. */
  children?: ReactNode
}

export function PlanSheet({ plan, publishing, line, onJump, note, onNote, onPublish, onClose, children }: Props) {
  const { t } = useWords()
  const phone = usePhone()
  const { busy, refused, running, ended } = publishing
  const steps = plan.data?.operations ?? []
  const problems = plan.data?.problems ?? []
  const blocked = problems.length > 0 || steps.some((step) => step.refused)
  const held = busy && !running
  const items = (refused?.body.errors ?? []).map((item) => ({
    pointer: item.pointer ?? '',
    code: item.code,
    params: item.params ?? {},
  }))
  return (
    <Drawer
      open
      title={t('plan.title')}
      placement={phone ? 'bottom' : 'right'}
      size={phone ? '92vh' : 560}
      closable={!held}
      maskClosable={!held}
      onClose={held ? () => undefined : onClose}
      footer={
        <div className="form-foot">
          <span className="quiet grow" role="status">
            {busy ? t('plan.running') : ''}
          </span>
          <Button onClick={onClose} disabled={held}>
            {t(running ? 'plan.close' : 'action.cancel')}
          </Button>
          <Button type="primary" loading={busy} disabled={plan.isPending || plan.isError || blocked} onClick={onPublish}>
            {t('build.publish')}
          </Button>
        </div>
      }
    >
      {running ? (
        <Running id={running} onEnd={ended} />
      ) : plan.isPending ? (
        <Skeleton />
      ) : plan.isError ? (
        <Failed problem={plan.error} retry={() => void plan.refetch()} />
      ) : (
        <div className="plan">
          {refused && (
            <Alert
              type="error"
              showIcon
              title={t(titleOf(refused))}
              description={items.length ? <ul className="plan-problems">{items.map(line)}</ul> : refused.message}
            />
          )}
          {problems.length > 0 && (
            <section>
              <h2>{t('plan.problems', { count: problems.length })}</h2>
              <ul className="plan-problems">{problems.map(line)}</ul>
            </section>
          )}
          {!problems.length && (
            <>
              <section>
                <h2>{t('plan.steps')}</h2>
                <PlanSteps steps={steps} {...(onJump ? { onJump } : {})} />
              </section>
              {children}
              <label className="setting">
                <span>{t('plan.note')}</span>
                <Input
                  value={note}
                  maxLength={200}
                  placeholder={t('plan.noteHelp')}
                  onChange={(event) => onNote(event.target.value)}
                />
              </label>
            </>
          )}
        </div>
      )}
    </Drawer>
  )
}

function titleOf(refused: ApiProblem) {
  if (refused.body.code !== 'schema.conflict') return 'plan.failed'
  return refused.body.params?.reason === 'running' ? 'plan.beside' : 'plan.conflict'
}
