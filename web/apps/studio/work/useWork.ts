/** All long works of this person, asked again while one of them runs. */
import { useQueries } from '@tanstack/react-query'
import { useEffect, useRef } from 'react'
import { useWords } from '../../../ui/i18n'
import { say } from '../../../ui/toast'
import { useUploads } from '../import/uploads'
import { onWorkBegan } from './began'
import { inOrder, isRunning, type Work } from './model'
import { SOURCES, uploadWork } from './sources'

const OPEN = 1_000
const CLOSED = 3_000

export function useWork(open: boolean): { works: Work[]; loading: boolean; refresh: () => void } {
  const words = useWords()
  const uploads = useUploads()
  const asked = useQueries({
    queries: SOURCES.map((source) => ({
      queryKey: ['work', source.key],
      queryFn: source.ask,
      staleTime: 0,
      refetchInterval: (query: { state: { data?: unknown[] | undefined } }) => {
        const running = (query.state.data ?? []).some((one) => {
          const shown = source.show(one, words)
          return shown !== null && isRunning(shown)
        })
        return running ? (open ? OPEN : CLOSED) : (false as const)
      },
    })),
  })
  const works = [
    ...uploads.map((one) => uploadWork(one, words)),
    ...asked.flatMap((one, index) => (one.data ?? []).flatMap((item) => SOURCES[index]?.show(item, words) ?? [])),
  ]
  const refresh = () => {
    for (const one of asked) void one.refetch()
  }
  const latest = useRef(refresh)
  latest.current = refresh
  useEffect(() => onWorkBegan(() => latest.current()), [])
  useEnded(works)
  return { works: inOrder(works), loading: asked.some((one) => one.isPending), refresh }
}

/** Says what ended meanwhile, unless one looks at it. */
function useEnded(works: Work[]): void {
  const before = useRef<Map<string, Work['state']>>(new Map())
  useEffect(() => {
    for (const work of works) {
      const was = before.current.get(work.key)
      const here = isShown(work)
      if (was === 'running' && work.state !== 'running' && !here && work.kind !== 'upload')
        say((t) => t(`work.ended.${work.state === 'failed' ? 'failed' : 'over'}`, { name: work.name, text: work.text }))
      before.current.set(work.key, work.state)
    }
  })
}

/** Whether the page or an open dialog tells of it already. */
const isShown = (work: Work): boolean =>
  window.location.pathname.includes(work.key.slice(work.key.indexOf(':') + 1)) ||
  (work.kind === 'export' &&
    (window.location.pathname === work.open || document.querySelector('.ant-modal-wrap:not([style*="display: none"])') !== null))
