/** Step four: whether automation runs, then loading with its progress, which can pause, go on, and be called off. */
import { useQuery } from '@tanstack/react-query'
import { Button, Progress, Radio } from 'antd'
import { useEffect, useRef, useState } from 'react'
import { number } from '../../../ui/format'
import { Icon } from '../../../ui/Icon'
import { useWords } from '../../../ui/i18n'
import { Figures } from './Figures'
import type { StepProps } from './ImportPage'
import { type Counts, imports } from './server'
import { TroubleBox } from './Trouble'
import { progressWords, shareOf } from './words'

export function StepRun(props: StepProps) {
  return props.one.actions.includes('run') ? <Before {...props} /> : <Under {...props} />
}

function Before({ one, mapping, acts, onGo }: StepProps) {
  const { t, language } = useWords()
  const [rules, setRules] = useState(false)
  const automation = useQuery({
    queryKey: ['import-automation', one.id],
    queryFn: () => imports.automation(one.id),
    staleTime: 0,
  })
  const starts = automation.data?.starts ?? []
  const rows = mapping.sheet?.rows ?? 0
  const tried = mapping.isKept ? one.tried : null
  const willLoad = tried ? tried.of - tried.refused - tried.skipped : rows
  const begin = async () => {
    if (!mapping.isKept && !(await acts.act('run', () => imports.setMap(one.id, mapping.map)))) return
    await acts.act('run', () => imports.run(one.id, rules))
  }
  return (
    <div className="step-run">
      {one.problem && <TroubleBox trouble={one.problem} />}
      {tried && <Figures map={one.map} counts={tried} tense="will" />}
      <fieldset className="question">
        <legend>{t('imports.run.rules')}</legend>
        <Radio.Group
          value={rules}
          onChange={(event) => setRules(event.target.value)}
          options={[
            { value: false, label: t('imports.run.no') },
            { value: true, label: t('imports.run.yes') },
          ]}
        />
        <div className="quiet">
          {starts.length ? (
            <>
              <p>{t('imports.run.starts')}</p>
              <ul>
                {starts.map((one) => (
                  <li key={one}>{one}</li>
                ))}
              </ul>
            </>
          ) : (
            <p>{t('imports.run.nothingStarts')}</p>
          )}
        </div>
      </fieldset>
      {!tried && (
        <p className="quiet">
          <Icon name="message" /> {t(one.tried ? 'imports.try.stale' : 'imports.run.untried')}
        </p>
      )}
      <div className="step-foot">
        <Button type="primary" loading={acts.busy === 'run'} disabled={mapping.problems.length > 0} onClick={() => void begin()}>
          {t('imports.run.begin', { count: willLoad, shown: number(willLoad, language) })}
        </Button>
        {mapping.editable && <Button onClick={() => onGo('map')}>{t('imports.try.change')}</Button>}
        <span className="quiet step-why">{t('imports.run.undoable')}</span>
      </div>
    </div>
  )
}

function Under({ one, acts, onGo }: StepProps) {
  const { t, language } = useWords()
  const counts = one.progress
  const speed = useSpeed(counts, one.state === 'running')
  const may = (action: 'pause' | 'resume' | 'cancel') => one.actions.includes(action)
  const running = one.state === 'running'
  const left = speed && counts ? Math.ceil((counts.of - counts.rows) / speed) : 0
  return (
    <div className="step-run">
      {one.problem && <TroubleBox trouble={one.problem} />}
      {counts && (
        <section className="running" aria-live="polite">
          <h2>
            {t(running ? 'imports.run.running' : `imports.state.${one.state}`)}
            {one.wanted && <span className="quiet"> {t(`imports.wanted.${one.wanted}`)}</span>}
          </h2>
          <Progress
            percent={shareOf(counts)}
            status={running ? 'active' : one.state === 'failed' ? 'exception' : 'normal'}
            aria-label={t('imports.run.running')}
          />
          <p className="quiet tabular">
            {[
              progressWords(t, language, counts),
              speed ? t('imports.run.speed', { shown: number(Math.round(speed), language) }) : '',
              running && left > 1 ? t('imports.run.left', { count: left, shown: number(left, language) }) : '',
            ]
              .filter(Boolean)
              .join(t('imports.dot'))}
          </p>
          <Figures map={one.map} counts={counts} tense="did" />
          {running && <p className="quiet">{t('imports.leave')}</p>}
        </section>
      )}
      <div className="step-foot">
        {may('resume') && (
          <Button
            type="primary"
            loading={acts.busy === 'resume'}
            onClick={() => void acts.act('resume', () => imports.act(one.id, 'resume'))}
          >
            {t('imports.run.resume')}
          </Button>
        )}
        {may('pause') && (
          <Button
            icon={<Icon name="pause" />}
            loading={acts.busy === 'pause' || one.wanted === 'pause'}
            onClick={() => void acts.act('pause', () => imports.act(one.id, 'pause'))}
          >
            {t('imports.run.pause')}
          </Button>
        )}
        {may('cancel') && (
          <Button
            loading={acts.busy === 'cancel' || one.wanted === 'cancel'}
            onClick={() => void acts.act('cancel', () => imports.act(one.id, 'cancel'))}
          >
            {t('imports.run.cancel')}
          </Button>
        )}
        {!running && counts && (counts.loaded > 0 || one.state === 'done') && (
          <Button onClick={() => onGo('result')}>{t('imports.steps.result')}</Button>
        )}
        {may('cancel') && counts && counts.loaded > 0 && <span className="quiet step-why">{t('imports.run.cancelKeeps')}</span>}
      </div>
    </div>
  )
}

const SPAN = 6_000

/** Rows a second over the last few seconds. */
function useSpeed(counts: Counts | null, running: boolean): number {
  const seen = useRef<{ at: number; rows: number }[]>([])
  const [speed, setSpeed] = useState(0)
  const rows = counts?.rows ?? 0
  useEffect(() => {
    if (!running) {
      seen.current = []
      return setSpeed(0)
    }
    const now = performance.now()
    seen.current = [...seen.current.filter((one) => now - one.at < SPAN), { at: now, rows }]
    const first = seen.current[0]
    if (first && now - first.at > 500) setSpeed(((rows - first.rows) * 1000) / (now - first.at))
  }, [rows, running])
  return speed
}
