/** What a screen shows when there is nothing to show: waiting, empty, failed. */
import { Button } from 'antd'
import { Component, type ReactNode, useEffect, useState } from 'react'
import { ApiProblem } from './api'
import { Icon } from './Icon'
import { useWords } from './i18n'

/** Grey lines, only after 150 ms. */
export function Skeleton({ lines = 8 }: { lines?: number }) {
  const [late, setLate] = useState(false)
  const { t } = useWords()
  useEffect(() => {
    const timer = setTimeout(() => setLate(true), 150)
    return () => clearTimeout(timer)
  }, [])
  if (!late) return null
  return (
    <div className="skeleton" role="status" aria-label={t('state.loading')}>
      {Array.from({ length: lines }, (_, index) => `line-${index}`).map((key, index) => (
        <span key={key} style={{ width: `${92 - ((index * 17) % 40)}%` }} />
      ))}
    </div>
  )
}

export function Empty({ icon, title, text, action }: { icon: string; title: string; text?: string; action?: ReactNode }) {
  return (
    <div className="empty">
      <span className="empty-icon">
        <Icon name={icon} size={20} />
      </span>
      <h2>{title}</h2>
      {text && <p>{text}</p>}
      {action}
    </div>
  )
}

/** What happened, what to do, and a code that opens the help page. */
export function Failed({ problem, retry }: { problem: unknown; retry?: () => void }) {
  const { t } = useWords()
  const body = problem instanceof ApiProblem ? problem.body : undefined
  const code = body?.code ?? 'unknown'
  const right = body?.status === 403
  return (
    <div className="empty" role="alert">
      <span className="empty-icon danger">
        <Icon name={right ? 'lock' : 'warn'} size={20} />
      </span>
      <h2>
        {right
          ? t('state.noRight')
          : body?.status === 404
            ? t('state.notFound')
            : body?.code === 'offline'
              ? t('state.offline')
              : t('state.failed')}
      </h2>
      <p>{problem instanceof Error ? problem.message : String(problem)}</p>
      <p>
        <a href={`/problems/${code}`} target="_blank" rel="noreferrer">
          {t('state.help', { code })}
        </a>
      </p>
      {retry && <Button onClick={retry}>{t('action.retry')}</Button>}
    </div>
  )
}

/** Keeps one broken screen from taking the frame with it. */
export class Guard extends Component<{ children: ReactNode; place: string }, { problem: unknown }> {
  override state = { problem: null as unknown }
  static getDerivedStateFromError(problem: unknown) {
    return { problem }
  }
  override componentDidUpdate(before: { place: string }) {
    if (before.place !== this.props.place && this.state.problem) this.setState({ problem: null })
  }
  override render() {
    return this.state.problem ? (
      <Failed problem={this.state.problem} retry={() => this.setState({ problem: null })} />
    ) : (
      this.props.children
    )
  }
}
