/** The work tray in the top bar: what goes on, what ended lately. */
import { Popover } from 'antd'
import { lazy, Suspense, useState } from 'react'
import { Icon } from '../../../ui/Icon'
import { useWords } from '../../../ui/i18n'
import { Skeleton } from '../../../ui/states'
import { isRunning } from './model'
import { useWork } from './useWork'
import './work.css'

const TrayPanel = lazy(() => import('./TrayPanel'))

export function Tray() {
  const { t } = useWords()
  const [open, setOpen] = useState(false)
  const { works, loading, refresh } = useWork(open)
  const running = works.filter(isRunning).length
  const label = running ? t('work.running', { count: running }) : t('work.title')
  return (
    <Popover
      trigger="click"
      placement="bottomRight"
      open={open}
      onOpenChange={(next) => {
        setOpen(next)
        if (next) refresh()
      }}
      content={
        <Suspense fallback={<Skeleton lines={3} />}>
          <TrayPanel works={works} loading={loading} refresh={refresh} onClose={() => setOpen(false)} />
        </Suspense>
      }
    >
      <button type="button" className="icon-button tray-button" aria-label={label} title={label} aria-expanded={open}>
        <Icon name="tray" size={20} />
        {running > 0 && (
          <span className="tray-count tabular" aria-hidden>
            {running}
          </span>
        )}
      </button>
    </Popover>
  )
}
