/** Step five: what was loaded, rows to mend, the verification report, and the way back. */
import { useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { Alert, Button, Progress } from 'antd'
import { useState } from 'react'
import { useCatalog } from '../../../ui/catalog'
import { number } from '../../../ui/format'
import { Icon } from '../../../ui/Icon'
import { useWords } from '../../../ui/i18n'
import { Failed, Skeleton } from '../../../ui/states'
import { BadRowsView } from './BadRowsView'
import { Figure, Figures } from './Figures'
import { FixValues } from './FixValues'
import type { StepProps } from './ImportPage'
import { KeptList } from './KeptList'
import { ReportView } from './ReportView'
import { type Import, imports, type ProblemGroup } from './server'
import { TroubleBox } from './Trouble'
import { useMending } from './useMending'
import { countedName, objectName, progressWords, shareOf } from './words'

export function StepResult({ one, mapping, acts }: StepProps) {
  const { t, language } = useWords()
  const [fixing, setFixing] = useState<ProblemGroup | null>(null)
  const mending = useMending(one)
  if (one.state === 'undoing' || (one.progress?.stage === 'undo' && one.state !== 'undone'))
    return (
      <section className="sending" aria-live="polite">
        {one.problem && <TroubleBox trouble={one.problem} />}
        <h2>{t('imports.undo.running')}</h2>
        <Progress percent={shareOf(one.progress)} status="active" aria-label={t('imports.undo.running')} />
        <p className="quiet tabular">
          {progressWords(t, language, one.progress)}
          {t('imports.dot')}
          {t('imports.leave')}
        </p>
        {one.actions.includes('undo') && (
          <Button onClick={() => void acts.act('undo', () => imports.act(one.id, 'undo'))}>{t('action.retry')}</Button>
        )}
      </section>
    )
  return (
    <div className="step-result">
      {one.problem && <TroubleBox trouble={one.problem} />}
      {one.state === 'undone' ? (
        <Undone one={one} />
      ) : (
        <>
          {one.progress && <Figures map={one.map} counts={one.progress} tense="did" />}
          <Made one={one} />
        </>
      )}
      {one.waiting > 0 && one.state !== 'undone' && (
        <BadRowsView
          one={one}
          trial={false}
          mapping={mapping}
          {...(one.actions.includes('again') ? { onFix: setFixing } : {})}
          title={t('imports.result.waiting', { count: one.waiting, shown: number(one.waiting, language) })}
        >
          {one.actions.includes('again') && (
            <Button
              type="primary"
              title={t('imports.result.againHelp')}
              loading={acts.busy === 'again'}
              onClick={() => void acts.act('again', () => imports.act(one.id, 'again'))}
            >
              {t('imports.result.again', { count: one.waiting, shown: number(one.waiting, language) })}
            </Button>
          )}
        </BadRowsView>
      )}
      {one.state !== 'undone' && <Verification one={one} />}
      {one.actions.includes('undo') && <Undo one={one} acts={acts} />}
      {one.forgotten_on && one.state !== 'undone' && (
        <p className="quiet">{t('imports.result.forgotten', { day: one.forgotten_on })}</p>
      )}
      {fixing && (
        <FixValues
          group={fixing}
          mapping={mapping}
          verb={t('imports.fix.replace')}
          onFix={(table) => {
            setFixing(null)
            void mending.replaceAll(fixing.column, table)
          }}
          onClose={() => setFixing(null)}
        />
      )}
    </div>
  )
}

/** Lists of what the import made, one for each object. */
function Made({ one }: { one: Import }) {
  const { t, language } = useWords()
  const catalog = useCatalog()
  const objects = Object.entries(one.progress?.targets ?? {})
    .filter(([, counts]) => counts.created > 0)
    .map(([key]) => countedName(one.map, catalog, language, key).object)
  return (
    <p className="made">
      {[...new Set(objects)]
        .filter((key) => catalog.objects[key])
        .map((key) => (
          <Link key={key} to="/o/$object" params={{ object: key }} search={{ made_by: one.id } as never}>
            <Icon name={catalog.objects[key]?.icon ?? 'table'} />{' '}
            {t('imports.result.open', { name: objectName(catalog, language, key) })}
          </Link>
        ))}
    </p>
  )
}

function Verification({ one }: { one: Import }) {
  const { t } = useWords()
  const report = useQuery({
    queryKey: ['import-report', one.id, one.updated_at],
    queryFn: () => imports.report(one.id),
    retry: false,
  })
  if (report.isPending) return <Skeleton lines={4} />
  if (report.isError) return <Failed problem={report.error} retry={() => void report.refetch()} />
  return (
    <section className="verification" aria-label={t('imports.report.title')}>
      <h2>{t('imports.report.title')}</h2>
      <ReportView one={one} report={report.data} />
    </section>
  )
}

function Undo({ one, acts }: Pick<StepProps, 'one' | 'acts'>) {
  const { t, language } = useWords()
  const [asked, setAsked] = useState(false)
  const targets = Object.values(one.progress?.targets ?? {})
  const sum = (figure: 'created' | 'updated') => targets.reduce((total, found) => total + found[figure], 0)
  const figures = { created: number(sum('created'), language), updated: number(sum('updated'), language) }
  const updated = sum('updated') > 0 ? 'Updated' : ''
  return (
    <section className="undo-box" aria-label={t('imports.undo.title')}>
      <h2>{t('imports.undo.title')}</h2>
      <p className="quiet">{t(`imports.undo.text${updated}`, figures)}</p>
      {asked ? (
        <Alert
          type="warning"
          showIcon
          title={t(`imports.undo.sure${updated}`, figures)}
          action={
            <span className="row">
              <Button onClick={() => setAsked(false)}>{t('action.cancel')}</Button>
              <Button
                danger
                type="primary"
                loading={acts.busy === 'undo'}
                onClick={() => void acts.act('undo', () => imports.act(one.id, 'undo'))}
              >
                {t('imports.undo.do')}
              </Button>
            </span>
          }
        />
      ) : (
        <Button icon={<Icon name="restore" />} onClick={() => setAsked(true)}>
          {t('imports.undo.title')}
        </Button>
      )}
    </section>
  )
}

function Undone({ one }: { one: Import }) {
  const { t, language } = useWords()
  const counts = one.progress
  const show = (figure: 'deleted' | 'restored' | 'kept') => counts?.[figure] ?? 0
  return (
    <>
      <p className="good-note">
        <Icon name="restore" /> {t('imports.undo.done')}
      </p>
      <section className="figures">
        <dl className="figure-group">
          {(['deleted', 'restored', 'kept'] as const)
            .filter((figure) => figure === 'deleted' || show(figure) > 0)
            .map((figure) => (
              <Figure
                key={figure}
                tone={figure === 'kept' && show(figure) ? 'refused' : 'none'}
                label={t(`imports.undo.${figure}`, { count: show(figure) })}
                value={number(show(figure), language)}
              />
            ))}
        </dl>
      </section>
      {show('kept') > 0 && <KeptList one={one} />}
    </>
  )
}
