/** One's own exports: how far they are, their files for a day, and the same again. */
import { Button } from 'antd'
import { useState } from 'react'
import { ApiProblem } from '../../../ui/api'
import { useCatalog } from '../../../ui/catalog'
import { ago, instant, number } from '../../../ui/format'
import { Icon } from '../../../ui/Icon'
import { useWords } from '../../../ui/i18n'
import { Empty, Failed, Skeleton } from '../../../ui/states'
import { sayProblem } from '../../../ui/toast'
import { workBegan } from '../work/began'
import { ExportProgress } from './Progress'
import { bytes, Trouble } from './parts'
import { download, exportsServer, isUnderWay, type Run, useForget, useRuns } from './server'
import './exports.css'

const TONES = { waiting: '', running: 'blue', ready: 'green', failed: 'red', cancelled: '', over: '' } as const

export default function ExportsPage() {
  const { t } = useWords()
  const runs = useRuns()
  return (
    <div className="page exports">
      <h1>{t('export.listTitle')}</h1>
      {runs.isError ? (
        <Failed problem={runs.error} retry={() => void runs.refetch()} />
      ) : !runs.data ? (
        <Skeleton />
      ) : runs.data.length === 0 ? (
        <Empty icon="download" title={t('export.none')} text={t('export.noneText')} />
      ) : (
        <ul className="export-list">
          {runs.data.map((run) => (
            <Item key={run.id} run={run} />
          ))}
        </ul>
      )}
    </div>
  )
}

function Item({ run }: { run: Run }) {
  const { t, say, language } = useWords()
  const object = useCatalog().objects[run.object]
  const forget = useForget()
  const [busy, setBusy] = useState(false)
  const [problem, setProblem] = useState<ApiProblem | null>(null)
  const act = async (what: () => Promise<unknown>) => {
    setBusy(true)
    setProblem(null)
    try {
      await what()
      await forget()
    } catch (failure) {
      if (failure instanceof ApiProblem) setProblem(failure)
      else sayProblem(failure)
    } finally {
      setBusy(false)
    }
  }
  const label = say(object?.labels, run.object)
  const finished = run.state === 'ready' || run.state === 'over'
  return (
    <li>
      <div className="export-head">
        <Icon name={object?.icon ?? 'table'} size={20} />
        <strong className="cut">{run.name || `${label} · ${run.format}`}</strong>
        <span className={`pill ${TONES[run.state]}`}>{t(`export.state.${run.state}`)}</span>
      </div>
      <p className="quiet export-said">{run.said}</p>
      {isUnderWay(run) && <ExportProgress run={run} />}
      <p className="quiet">
        <time dateTime={run.asked_at} title={instant(run.asked_at, language)}>
          {ago(run.asked_at, language)}
        </time>
        {finished && ` · ${t('export.size', { rows: number(run.rows + run.lines, language), size: bytes(run.size, language) })}`}
        {run.state === 'ready' && run.expires_at && ` · ${t('export.until', { when: instant(run.expires_at, language) })}`}
        {run.downloads > 0 && ` · ${t('export.downloaded')}`}
      </p>
      {run.masked.length > 0 && finished && (
        <p className="quiet">
          <Icon name="lock" /> {t('export.partly', { columns: run.masked.join(t('build.comma')) })}
        </p>
      )}
      {run.cut > 0 && <p className="quiet">{t('export.cutText', { count: run.cut })}</p>}
      {run.problem && (
        <p className="danger-text">
          {run.problem.detail} {run.problem.next}
        </p>
      )}
      {problem && <Trouble problem={problem} />}
      <div className="export-buttons">
        {run.state === 'ready' && (
          <Button
            type="primary"
            loading={busy}
            aria-label={`${t('export.download')}: ${run.name}`}
            onClick={() => void act(() => download(run))}
          >
            <Icon name="download" /> {t('export.download')}
          </Button>
        )}
        {isUnderWay(run) ? (
          <Button danger disabled={busy} onClick={() => void act(() => exportsServer.end(run.id))}>
            {t('export.cancel')}
          </Button>
        ) : (
          <Button disabled={busy} onClick={() => void act(() => exportsServer.again(run.id).then(workBegan))}>
            {t('export.again')}
          </Button>
        )}
        {run.state === 'ready' && (
          <Button type="text" disabled={busy} onClick={() => void act(() => exportsServer.end(run.id))}>
            {t('export.throwAway')}
          </Button>
        )}
      </div>
    </li>
  )
}
