/** Short messages at the bottom edge, with Undo for ten seconds. */
import type { TFunction } from 'i18next'
import { useSyncExternalStore } from 'react'
import { ApiProblem, api } from './api'
import { Icon } from './Icon'
import { useWords } from './i18n'

/** A sentence, or what makes it of the words of the language that is read at the moment. */
export type Said = string | ((t: TFunction) => string)

interface Toast {
  id: number
  text: Said
  tone: 'plain' | 'danger'
  code?: string
  /** 'later' when it goes on behind the page and says itself when it is done. */
  undo?: () => Promise<unknown>
}

let toasts: Toast[] = []
let count = 0
const listeners = new Set<() => void>()

function change(next: Toast[]): void {
  toasts = next
  for (const listener of listeners) listener()
}

export function say(text: Said, more: Partial<Pick<Toast, 'tone' | 'undo' | 'code'>> = {}): void {
  const toast: Toast = { id: ++count, text, tone: 'plain', ...more }
  change([...toasts.slice(-2), toast])
  setTimeout(() => change(toasts.filter((item) => item.id !== toast.id)), 10_000)
}

/** Says that something was done and offers to take it back. */
export function done(text: Said, action: string | undefined, after: () => void): void {
  say(text, action ? { undo: () => api.undo(action).then(after) } : {})
}

export function sayProblem(problem: unknown, text?: Said): void {
  const code = problem instanceof ApiProblem ? problem.body.code : 'unknown'
  say(text ?? (problem instanceof Error ? problem.message : code), { tone: 'danger', code })
}

export function Toasts() {
  const { t } = useWords()
  const shown = useSyncExternalStore(
    (listener) => {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    () => toasts,
  )
  const close = (id: number) => change(toasts.filter((item) => item.id !== id))
  const undo = async (toast: Toast) => {
    close(toast.id)
    try {
      if ((await toast.undo?.()) !== 'later') say((t) => t('toast.undone'))
    } catch (problem) {
      sayProblem(problem)
    }
  }
  return (
    <div className="toasts" aria-live="polite">
      {shown.map((toast) => (
        <div key={toast.id} className={`toast ${toast.tone}`}>
          <span>{typeof toast.text === 'string' ? toast.text : toast.text(t)}</span>
          {toast.undo && (
            <button type="button" className="link" onClick={() => undo(toast)}>
              {t('action.undo')}
            </button>
          )}
          {toast.code && (
            <a href={`/problems/${toast.code}`} target="_blank" rel="noreferrer">
              {toast.code}
            </a>
          )}
          <button type="button" className="icon-button" aria-label={t('action.close')} onClick={() => close(toast.id)}>
            <Icon name="close" />
          </button>
        </div>
      ))}
    </div>
  )
}
