/** The work tray in the top bar: what goes on, what ended lately. */
import { Popover } from 'antd'
import { lazy, Suspense, useState } from 'react'
import { Icon } from '../../../ui/Icon'
import { useWords } from '../../../ui/i18n'
import { Skeleton } from '../../../ui/states'
import { usePhone } from '../../../ui/theme'
import { isRunning } from './model'
import { useWork } from './useWork'
import './work.css'

const TrayPanel = lazy(() => import('./TrayPanel'))
const TraySheet = lazy(() => import('./TraySheet'))

export default function Tray() {
  const { t } = useWords()
  const phone = usePhone()
  const [open, setOpen] = useState(false)
  const { works, loading, refresh } = useWork(open)
  const running = works.filter(isRunning).length
  const label = running ? t('work.running', { count: running }) : t('work.title')
  const show = (next: boolean) => {
    setOpen(next)
    if (next) refresh()
  }
  const panel = { works, loading, refresh, onClose: () => setOpen(false) }
  const button = (
    <button
      type="button"
      className="icon-button tray-button"
      aria-label={label}
      title={label}
      aria-expanded={open}
      {...(phone ? { onClick: () => show(true) } : {})}
    >
      <Icon name="tray" size={20} />
      {running > 0 && (
        <span className="tray-count tabular" aria-hidden>
          {running}
        </span>
      )}
    </button>
  )
  if (phone)
    return (
      <>
        {button}
        {open && (
          <Suspense>
            <TraySheet {...panel} />
          </Suspense>
        )}
      </>
    )
  return (
    <Popover
      trigger="click"
      placement="bottomRight"
      open={open}
      onOpenChange={show}
      content={
        <Suspense fallback={<Skeleton lines={3} />}>
          <TrayPanel {...panel} />
        </Suspense>
      }
    >
      {button}
    </Popover>
  )
}
