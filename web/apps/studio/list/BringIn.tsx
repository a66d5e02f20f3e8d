/** Files dropped on a list, and cells pasted on it, become an import into it. */
import { useNavigate } from '@tanstack/react-router'
import { Button } from 'antd'
import { type ReactNode, useEffect, useRef, useState } from 'react'
import type { ObjectType } from '../../../ui/catalog'
import { DropHere } from '../../../ui/DropHere'
import { number } from '../../../ui/format'
import { Icon } from '../../../ui/Icon'
import { useWords } from '../../../ui/i18n'
import { isTyping } from '../../../ui/keys'
import { type Brought, bring } from '../import/uploads'
import { rangeOf } from './range'

export function useBringIn(object: string) {
  const navigate = useNavigate()
  return (given: Brought) => {
    bring(given)
    void navigate({ to: '/imports/new', search: { object } as never })
  }
}

export function BringIn({ object, children }: { object: ObjectType; children: ReactNode }) {
  const { t, say, language } = useWords()
  const take = useBringIn(object.key)
  const [pasted, setPasted] = useState('')
  const name = say(object.labels, object.key)
  const latest = useRef(take)
  latest.current = take
  useEffect(() => {
    if (!object.create) return
    const onPaste = (event: ClipboardEvent) => {
      if (isTyping(event.target) || document.querySelector('.ant-modal-wrap:not([style*="display: none"]), .ant-drawer-open'))
        return
      const file = event.clipboardData?.files[0]
      const text = event.clipboardData?.getData('text/plain') ?? ''
      if (rangeOf(text)) setPasted(text)
      else if (file) latest.current({ file })
      else return
      event.preventDefault()
    }
    window.addEventListener('paste', onPaste)
    return () => window.removeEventListener('paste', onPaste)
  }, [object.create])
  if (!object.create) return children
  const range = rangeOf(pasted)
  return (
    <DropHere className="bring-in" words={t('imports.offer.drop', { name })} onFile={(file) => take({ file })}>
      {range && (
        <div className="paste-offer" role="status">
          <Icon name="table" />
          <span className="cut grow">
            {t('imports.offer.pasted', { count: range.rows, shown: number(range.rows, language), columns: range.columns, name })}{' '}
            <span className="quiet">{range.first.slice(0, 6).join(t('imports.dot'))}</span>
          </span>
          <Button type="primary" size="small" autoFocus onClick={() => take({ text: pasted })}>
            {t('imports.offer.import')}
          </Button>
          <Button size="small" type="text" onClick={() => setPasted('')}>
            {t('action.cancel')}
          </Button>
        </div>
      )}
      {children}
    </DropHere>
  )
}
