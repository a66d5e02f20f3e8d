/** Step three: what would happen, and what is wrong, before anything is written. */
import { Button, Progress } from 'antd'
import { useState } from 'react'
import { Icon } from '../../../ui/Icon'
import { useWords } from '../../../ui/i18n'
import { BadRowsView } from './BadRowsView'
import { Figures } from './Figures'
import { FixValues } from './FixValues'
import type { StepProps } from './ImportPage'
import { replaceCells } from './model'
import { imports, type ProblemGroup } from './server'
import { TroubleBox } from './Trouble'
import { progressWords, shareOf } from './words'

export function StepTry({ one, mapping, acts, onGo }: StepProps) {
  const { t, language } = useWords()
  const [fixing, setFixing] = useState<ProblemGroup | null>(null)
  const { map } = mapping
  const again = async (next = map) => {
    if (!(await acts.act('try', () => imports.setMap(one.id, next)))) return
    await acts.act('try', () => imports.act(one.id, 'try'))
  }
  if (one.state === 'trying')
    return (
      <section className="sending" aria-live="polite">
        <h2>{t('imports.try.running')}</h2>
        <Progress percent={shareOf(one.progress)} status="active" aria-label={t('imports.try.running')} />
        <p className="quiet tabular">
          {progressWords(t, language, one.progress)}
          {t('imports.dot')}
          {t('imports.try.nothingWritten')}
        </p>
        <Button loading={one.wanted === 'cancel'} onClick={() => void acts.act('cancel', () => imports.act(one.id, 'cancel'))}>
          {t('action.cancel')}
        </Button>
      </section>
    )
  const fix = async (table: Record<string, string>) => {
    const group = fixing
    setFixing(null)
    if (!group) return
    const next = replaceCells(map, group.column, table)
    mapping.change(next)
    await again(next)
  }
  return (
    <div className="step-try">
      {one.problem && <TroubleBox trouble={one.problem} />}
      {one.tried && (
        <>
          {!mapping.isKept && mapping.editable && (
            <p className="stale-note" role="status">
              <Icon name="warn" /> {t('imports.try.stale')}{' '}
              <Button size="small" loading={acts.busy === 'try'} onClick={() => void again()}>
                {t('imports.try.again')}
              </Button>
            </p>
          )}
          <Figures map={one.map} counts={one.tried} tense="will" />
          {one.tried.refused > 0 ? (
            <BadRowsView
              one={one}
              trial
              mapping={mapping}
              {...(mapping.editable ? { onFix: setFixing } : {})}
              title={t('imports.try.problems', { count: one.tried.refused })}
            />
          ) : (
            <p className="good-note">
              <Icon name="check" /> {t('imports.try.clean')}
            </p>
          )}
        </>
      )}
      <div className="step-foot">
        {one.tried && (
          <Button type="primary" disabled={!mapping.isKept} onClick={() => onGo('run')}>
            {t(one.tried.refused ? 'imports.try.goOnWithout' : 'imports.try.goOn', { count: one.tried.refused })}
          </Button>
        )}
        {mapping.editable && (
          <>
            <Button loading={acts.busy === 'try'} onClick={() => void again()}>
              {t('imports.try.again')}
            </Button>
            <Button onClick={() => onGo('map')}>{t('imports.try.change')}</Button>
          </>
        )}
        {one.tried && one.tried.refused > 0 && <span className="quiet step-why">{t('imports.try.later')}</span>}
      </div>
      {fixing && (
        <FixValues
          group={fixing}
          mapping={mapping}
          verb={t('imports.fix.tryAgain')}
          onFix={(table) => void fix(table)}
          onClose={() => setFixing(null)}
        />
      )}
    </div>
  )
}
