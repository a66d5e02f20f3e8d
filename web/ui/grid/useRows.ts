/** Rows of a question, fetched as they come into sight, kept fresh, and changed at once. */
import { useCallback, useEffect, useRef, useState } from 'react'
import { api, type Question, type Row } from '../api'
import { useStale } from '../live'
import { PAGE, RowPages } from './pages'

export interface Rows {
  row: (index: number) => Row | undefined
  place: (id: string) => number | undefined
  /** Known or assumed length. */
  length: number
  more: boolean
  ready: boolean
  problem: unknown
  show: (from: number, to: number) => void
  patch: (id: string, changes: Partial<Row>) => Row | undefined
  reload: () => void
}

export function useRows(object: string, question: Question, total: { count: number; capped: boolean } | undefined): Rows {
  const key = JSON.stringify([object, question])
  const [, setTick] = useState(0)
  const tick = useCallback(() => setTick((now) => now + 1), [])
  const pages = useRef(new RowPages())
  const incoming = useRef<RowPages | null>(null)
  const work = useRef<{ abort: AbortController; busy: boolean; from: number; to: number; key: string; anchored: boolean }>(null)
  const [problem, setProblem] = useState<unknown>(null)
  const [far, setFar] = useState<number | null>(null)
  const asked = useRef({ object, question, capped: false })
  asked.current = { object, question, capped: total?.capped ?? false }

  const run = useCallback(async () => {
    const job = work.current
    if (!job || job.busy) return
    job.busy = true
    const target = incoming.current ?? pages.current
    const { object: name, question: ask } = asked.current
    try {
      while (!job.abort.signal.aborted) {
        if (!job.anchored && (asked.current.capped || target.far(job.from)) && !ask.deleted) {
          job.anchored = true
          const { filter, sort, search, made_by } = ask
          const found = await api.anchors(name, {
            ...(filter ? { filter } : {}),
            ...(sort ? { sort } : {}),
            ...(search ? { search } : {}),
            ...(made_by ? { made_by } : {}),
          })
          target.anchor(found.anchors)
          if (found.count) setFar(found.count)
        }
        const need = target.need(job.from, job.to)
        if (!need) break
        const page = await api.query(
          name,
          { ...ask, limit: PAGE, ...(need.after ? { after: need.after } : {}) },
          job.abort.signal,
        )
        if (job.abort.signal.aborted) return
        target.put(need.start, page)
        if (incoming.current === target && !target.need(job.from, job.to)) {
          pages.current = target
          incoming.current = null
        }
        setProblem(null)
        tick()
      }
    } catch (reason) {
      if (!job.abort.signal.aborted) setProblem(reason)
    } finally {
      job.busy = false
    }
  }, [tick])

  const begin = useCallback(
    (keep: boolean) => {
      const before = work.current
      before?.abort.abort()
      work.current = {
        abort: new AbortController(),
        busy: false,
        from: keep ? (before?.from ?? 0) : 0,
        to: keep ? (before?.to ?? 40) : 40,
        key: '',
        anchored: false,
      }
      incoming.current = new RowPages()
      if (!keep) {
        pages.current = incoming.current
        incoming.current = null
        setFar(null)
      }
      void run()
    },
    [run],
  )

  // biome-ignore lint/correctness/useExhaustiveDependencies: a new question starts afresh
  useEffect(() => {
    setProblem(null)
    begin(false)
    tick()
    return () => work.current?.abort.abort()
  }, [key])

  const capped = total?.capped ?? false
  useEffect(() => {
    if (capped) void run()
  }, [capped, run])

  const timer = useRef<ReturnType<typeof setTimeout>>(undefined)
  const reload = useCallback(() => {
    clearTimeout(timer.current)
    timer.current = setTimeout(() => begin(true), 120)
  }, [begin])
  useStale(object, reload)

  const show = useCallback(
    (from: number, to: number) => {
      if (!work.current) return
      work.current.from = Math.max(0, from - 20)
      work.current.to = to + 40
      void run()
    },
    [run],
  )

  const now = pages.current
  const more = now.end === null
  const guess = Math.max(far ?? 0, total?.count ?? 0, now.loaded + (more && now.loaded ? 1 : 0))
  const row = useCallback((index: number) => pages.current.row(index), [])
  const place = useCallback((id: string) => pages.current.place(id), [])
  const patch = useCallback(
    (id: string, changes: Partial<Row>) => {
      const before = pages.current.patch(id, changes)
      tick()
      return before
    },
    [tick],
  )
  return { row, place, length: now.end ?? guess, more, ready: now.loaded > 0 || now.end !== null, problem, show, patch, reload }
}
