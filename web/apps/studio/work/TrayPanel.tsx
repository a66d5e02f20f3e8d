/** The works of the tray, each with how far it is, and the ways to it and out of it. */
import { Link } from '@tanstack/react-router'
import { Progress } from 'antd'
import { ago } from '../../../ui/format'
import { Icon } from '../../../ui/Icon'
import { useWords } from '../../../ui/i18n'
import { sayProblem } from '../../../ui/toast'
import type { Work } from './model'

export interface TrayProps {
  works: Work[]
  loading: boolean
  refresh: () => void
  onClose: () => void
  /** Whether what it lies in says its name already. */
  headed?: boolean
}

const ICONS: Record<Work['kind'], string> = { import: 'upload', upload: 'upload', export: 'download', publish: 'build' }
const MARKS: Partial<Record<Work['state'], [string, string]>> = {
  done: ['check', 'good'],
  failed: ['warn', 'bad'],
  waits: ['target', 'waits'],
  paused: ['pause', 'waits'],
}

export default function TrayPanel({ works, loading, refresh, onClose, headed = false }: TrayProps) {
  const { t, language } = useWords()
  const stop = async (work: Work) => {
    try {
      await work.stop?.()
      refresh()
    } catch (problem) {
      sayProblem(problem)
    }
  }
  return (
    <div className="tray">
      {!headed && <h2>{t('work.title')}</h2>}
      {!loading && works.length === 0 && <p className="quiet">{t('work.none')}</p>}
      <ul>
        {works.map((work) => {
          const mark = MARKS[work.state]
          return (
            <li key={work.key}>
              <Icon name={ICONS[work.kind]} />
              <div className="tray-what">
                {work.open ? (
                  <Link to={work.open} className="cut" onClick={onClose}>
                    {work.name}
                  </Link>
                ) : (
                  <span className="cut">{work.name}</span>
                )}
                <span className="quiet tray-text">
                  {mark && (
                    <span className={mark[1]}>
                      <Icon name={mark[0]} />
                    </span>
                  )}{' '}
                  {work.text}
                </span>
                {work.state === 'running' && (
                  <Progress
                    percent={work.share ?? 100}
                    showInfo={work.share !== undefined}
                    status="active"
                    size="small"
                    aria-label={work.name}
                  />
                )}
              </div>
              {work.state === 'running' ? (
                work.stop && (
                  <button
                    type="button"
                    className="icon-button"
                    aria-label={t('work.stop', { name: work.name })}
                    onClick={() => void stop(work)}
                  >
                    <Icon name="close" />
                  </button>
                )
              ) : (
                <time className="quiet">{ago(work.at, language)}</time>
              )}
              {work.fetch && (
                <button
                  type="button"
                  className="icon-button"
                  aria-label={t('work.download', { name: work.name })}
                  onClick={() => void work.fetch?.().catch(sayProblem)}
                >
                  <Icon name="download" />
                </button>
              )}
            </li>
          )
        })}
      </ul>
      <p className="tray-all">
        <Link to="/imports" onClick={onClose}>
          {t('work.allImports')}
        </Link>
        <Link to="/exports" onClick={onClose}>
          {t('work.allExports')}
        </Link>
      </p>
    </div>
  )
}
