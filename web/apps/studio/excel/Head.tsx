/** The bar over the pages of a workbook that becomes objects. */
import { Link } from '@tanstack/react-router'
import type { ReactNode } from 'react'
import { Icon } from '../../../ui/Icon'
import { useWords } from '../../../ui/i18n'

export function ExcelHead({ title, children }: { title: string; children?: ReactNode }) {
  const { t } = useWords()
  return (
    <header className="importing-head">
      <Link to="/build" className="icon-button" aria-label={t('build.back')}>
        <Icon name="left" size={20} />
      </Link>
      <h1 className="cut">{title}</h1>
      <span className="toolbar-space" />
      {children}
    </header>
  )
}
