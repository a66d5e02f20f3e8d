/** What became of a workbook: its objects, the imports that fill them one after another, and one way back for all of it. */
import { useQueryClient } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { Alert, Button, Progress } from 'antd'
import { useEffect, useState } from 'react'
import { useCatalog } from '../../../ui/catalog'
import { number } from '../../../ui/format'
import { Icon } from '../../../ui/Icon'
import { useWords } from '../../../ui/i18n'
import { sayProblem } from '../../../ui/toast'
import { type Import, isBusy } from '../import/server'
import { TroubleBox } from '../import/Trouble'
import { objectName, outcome, progressWords, shareOf, TONES } from '../import/words'
import { workBegan } from '../work/began'
import { ExcelHead } from './Head'
import { type Build, excel } from './server'

export function Built({ one, build }: { one: Import; build: Build }) {
  const { t, language } = useWords()
  const catalog = useCatalog()
  const queries = useQueryClient()
  const [asked, setAsked] = useState(false)
  const [busy, setBusy] = useState('')
  const ended = build.state === 'undone'
  useEffect(() => {
    if (!ended) return
    void queries.invalidateQueries({ queryKey: ['catalog'] })
    void queries.invalidateQueries({ queryKey: ['definitions'] })
  }, [ended, queries])
  const act = async (action: 'undo' | 'resume') => {
    setBusy(action)
    try {
      queries.setQueryData(['import-build', one.id], await excel.act(build.id, action))
      workBegan()
    } catch (problem) {
      sayProblem(problem)
    } finally {
      setBusy('')
      setAsked(false)
    }
  }
  const made = build.imports.reduce(
    (sum, item) => sum + Object.values(item.progress?.targets ?? {}).reduce((total, found) => total + found.created, 0),
    0,
  )
  const figures = { objects: build.imports.length, records: number(made, language) }
  return (
    <div className="importing">
      <ExcelHead title={one.name}>
        <span className={`pill ${STATES[build.state]}`}>{t(`imports.excel.state.${build.state}`)}</span>
      </ExcelHead>
      <div className="importing-body">
        <div className="step-file" aria-live="polite">
          {build.problem && (
            <TroubleBox trouble={build.problem}>
              <Button size="small" loading={busy === 'resume'} onClick={() => void act('resume')}>
                {t('action.retry')}
              </Button>
            </TroubleBox>
          )}
          {ended && (
            <p className="good-note">
              <Icon name="restore" /> {t('imports.excel.undone')}
            </p>
          )}
          <ul className="built">
            {build.imports.map((item) => {
              const key = item.map?.targets[0]?.object ?? ''
              const there = catalog.objects[key]
              const name = there ? objectName(catalog, language, key) : item.map?.sheet || key
              return (
                <li key={item.id}>
                  <Icon name={there?.icon ?? 'table'} size={20} />
                  <div className="built-what">
                    <strong className="cut">{name}</strong>
                    <span className="quiet">
                      {[
                        item.map?.sheet === name ? '' : item.map?.sheet,
                        isBusy(item) ? progressWords(t, language, item.progress) : outcome(t, language, item),
                      ]
                        .filter(Boolean)
                        .join(t('imports.dot'))}
                    </span>
                    {isBusy(item) && <Progress percent={shareOf(item.progress)} size="small" status="active" aria-label={name} />}
                  </div>
                  <span className={`pill ${TONES[item.state]}`}>
                    {t(item.state === 'mapping' ? 'imports.excel.waits' : `imports.state.${item.state}`)}
                  </span>
                  <Link to="/imports/$id" params={{ id: item.id }}>
                    {t(item.waiting ? 'imports.next.mend' : 'imports.excel.import')}
                  </Link>
                  {there && !ended && (
                    <Link to="/o/$object" params={{ object: key }}>
                      {t('build.openRecords')}
                    </Link>
                  )}
                </li>
              )
            })}
          </ul>
          {build.state === 'stopped' && !build.problem && (
            <div className="step-foot">
              <Button type="primary" loading={busy === 'resume'} onClick={() => void act('resume')}>
                {t('imports.excel.resume')}
              </Button>
              <span className="quiet step-why">{t('imports.excel.stopped')}</span>
            </div>
          )}
          {(build.state === 'done' || build.state === 'stopped') && (
            <section className="undo-box" aria-label={t('imports.excel.undo')}>
              <h2>{t('imports.excel.undo')}</h2>
              <p className="quiet">{t('imports.excel.undoText')}</p>
              {asked ? (
                <Alert
                  type="warning"
                  showIcon
                  title={t('imports.excel.sure', figures)}
                  action={
                    <span className="row">
                      <Button onClick={() => setAsked(false)}>{t('action.cancel')}</Button>
                      <Button danger type="primary" loading={busy === 'undo'} onClick={() => void act('undo')}>
                        {t('imports.undo.do')}
                      </Button>
                    </span>
                  }
                />
              ) : (
                <Button icon={<Icon name="restore" />} onClick={() => setAsked(true)}>
                  {t('imports.excel.undo')}
                </Button>
              )}
            </section>
          )}
        </div>
      </div>
    </div>
  )
}

const STATES: Record<Build['state'], string> = { running: 'blue', done: 'green', stopped: 'red', undoing: 'blue', undone: 'grey' }
