/** How far a publish, or the undo of one, is that runs as a job, and the way to call it off. */
import { useQuery } from '@tanstack/react-query'
import { Button, Progress } from 'antd'
import { useEffect } from 'react'
import { number } from '../../../ui/format'
import { useWords } from '../../../ui/i18n'
import { type ChangeSet, definitions } from './server'

const EVERY = 1000

export function Running({ id, back = false, onEnd }: { id: string; back?: boolean; onEnd: (ended: ChangeSet) => void }) {
  const { t, language } = useWords()
  const now = useQuery({
    queryKey: ['change-set', id],
    queryFn: () => definitions.changeSet(id),
    refetchInterval: EVERY,
    staleTime: 0,
    gcTime: 0,
  }).data
  useEffect(() => {
    if (now && now.state !== 'running') onEnd(now)
  }, [now, onEnd])
  const title = t(back ? 'plan.workingBack' : 'plan.working')
  const { step = 0, steps = 1, rows = 0, of = 0 } = now?.progress ?? {}
  const done = step ? (step - 1 + (of ? Math.min(rows / of, 1) : 0)) / steps : 0
  return (
    <section className="plan-running" aria-live="polite">
      <h2>{title}</h2>
      <Progress percent={Math.round(done * 100)} status="active" aria-label={title} />
      <p className="quiet">
        {step ? t('plan.progress', { step, steps, rows: number(rows, language), of: number(of, language) }) : t('plan.waiting')}
      </p>
      <p className="quiet">{t('plan.closable')}</p>
      <Button danger disabled={!now || now.called_off} onClick={() => void definitions.cancel(id)}>
        {t(now?.called_off ? 'plan.stopping' : back ? 'plan.stopBack' : 'plan.stop')}
      </Button>
    </section>
  )
}
