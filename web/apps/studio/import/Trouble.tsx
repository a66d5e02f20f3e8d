/** Why an import stopped: what happened, what to do, and the page that says more. */
import type { ReactNode } from 'react'
import { Icon } from '../../../ui/Icon'
import { useWords } from '../../../ui/i18n'
import type { Trouble } from './server'

export function TroubleBox({ trouble, children }: { trouble: Trouble; children?: ReactNode }) {
  const { t } = useWords()
  return (
    <section className="trouble" role="alert">
      <h2 className="danger-text">
        <Icon name="warn" /> {trouble.title}
      </h2>
      <p>{trouble.detail}</p>
      <p className="quiet">{trouble.next}</p>
      <p className="trouble-foot">
        {children}
        <a href={`/problems/${trouble.code}`} target="_blank" rel="noreferrer">
          {t('state.help', { code: trouble.code })}
        </a>
      </p>
    </section>
  )
}
