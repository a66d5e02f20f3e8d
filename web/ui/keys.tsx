/** Keys of the screen one is on; `?` lists them. */
import { Modal } from 'antd'
import { useEffect, useRef, useState, useSyncExternalStore } from 'react'
import { useWords } from './i18n'

type Keys = Record<string, [string, (() => unknown)?]>

const stack: { current: Keys }[] = []
const listeners = new Set<() => void>()

export const isTyping = (target: EventTarget | null) =>
  target instanceof HTMLElement &&
  (target.isContentEditable || (/^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName) && target.getAttribute('type') !== 'checkbox'))

export function useKeys(keys: Keys): void {
  const now = useRef(keys)
  now.current = keys
  useEffect(() => {
    stack.push(now)
    for (const listener of listeners) listener()
    return () => {
      stack.splice(stack.indexOf(now), 1)
    }
  }, [])
}

function onKeyDown(event: KeyboardEvent): void {
  if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey || isTyping(event.target)) return
  if (document.querySelector('.ant-modal-wrap:not([style*="display: none"]), .ant-drawer-open')) return
  for (const keys of [...stack].reverse()) {
    const run = keys.current[event.key]?.[1]
    if (run) {
      event.preventDefault()
      run()
      return
    }
  }
}
window.addEventListener('keydown', onKeyDown)

export function KeysHelp() {
  const { t } = useWords()
  const [open, setOpen] = useState(false)
  useKeys({ '?': [t('keys.help'), () => setOpen(true)] })
  useSyncExternalStore(
    (listener) => {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    () => stack.length,
  )
  const all = Object.assign({ 'Ctrl/⌘ K': [t('keys.palette')] } as Keys, ...stack.map((keys) => keys.current)) as Keys
  return (
    <Modal open={open} footer={null} title={t('keys.title')} onCancel={() => setOpen(false)}>
      <dl className="keys">
        {Object.entries(all).map(([key, [words]]) => (
          <div key={key}>
            <dt>
              <kbd>{key}</kbd>
            </dt>
            <dd>{words}</dd>
          </div>
        ))}
      </dl>
    </Modal>
  )
}
