/** One object being edited: its draft, kept on the server a moment after every change, with undo and redo. */
import { useQuery, useQueryClient } from '@tanstack/react-query'
import { useCallback, useEffect, useReducer, useRef, useState } from 'react'
import { ApiProblem } from '../../../ui/api'
import { type Doc, type Found, merge, type ObjectDef, same, step } from './model'
import { type Draft, type Published, server } from './server'

export type Saving = 'saved' | 'saving' | 'failed'

interface Loaded {
  published: Published | undefined
  draft: Draft | null
}

async function load(key: string): Promise<Loaded> {
  let missing: unknown
  const [published, draft] = await Promise.all([
    server.get(key).catch((problem: unknown) => {
      if (!(problem instanceof ApiProblem && problem.body.status === 404)) throw problem
      missing = problem
      return undefined
    }),
    server.draft(key),
  ])
  if (!published && !draft) throw missing
  return { published, draft }
}

const normal = (body: ObjectDef): ObjectDef => ({ ...body, fields: body.fields ?? [] })

export function useEditor(key: string) {
  const queries = useQueryClient()
  const loaded = useQuery({
    queryKey: ['editor', key],
    queryFn: () => load(key),
    staleTime: 0,
    gcTime: 0,
    refetchOnWindowFocus: false,
    refetchOnReconnect: false,
    structuralSharing: false,
  })
  const [history, run] = useReducer(step, { past: [], now: {}, future: [], place: '' })
  const [base, setBase] = useState(0)
  const [saving, setSaving] = useState<Saving>('saved')
  const kept = useRef<Doc | null>(null)
  const ready = useRef('')
  const published = loaded.data?.published
  useEffect(() => {
    if (!loaded.data) return
    const { published: body, draft } = loaded.data
    const doc = draft?.body ?? (body ? { [key]: normal(body.body) } : {})
    kept.current = doc
    ready.current = key
    setBase(draft?.base_version ?? body?.version ?? 0)
    run({ do: 'load', doc })
  }, [loaded.data, key])

  const seen = useQuery({
    queryKey: ['meanwhile', key],
    queryFn: () => server.meanwhile(key),
    staleTime: 0,
    gcTime: 0,
    refetchInterval: 15_000,
    refetchOnWindowFocus: true,
  })

  const doc = ready.current === key ? history.now : undefined
  const original = published ? { [key]: normal(published.body) } : undefined
  const changed = Boolean(doc && (!original || !same(doc, original)))

  const latest = useRef({ doc, base, original })
  latest.current = { doc, base, original }
  /** Whether everything is on the server now. */
  const save = useCallback(async (): Promise<boolean> => {
    const now = latest.current
    if (!now.doc || same(now.doc, kept.current)) {
      setSaving('saved')
      return true
    }
    const sent = now.doc
    setSaving('saving')
    try {
      await (now.original && same(sent, now.original) ? server.drop(key) : server.keep(key, sent, now.base))
      kept.current = sent
      setSaving(same(latest.current.doc, sent) ? 'saved' : 'saving')
      void queries.invalidateQueries({ queryKey: ['drafts'] })
      return same(latest.current.doc, sent)
    } catch {
      setSaving('failed')
      return false
    }
  }, [key, queries])
  useEffect(() => {
    if (!doc || same(doc, kept.current)) return
    setSaving('saving')
    const timer = setTimeout(() => void save(), 500)
    return () => clearTimeout(timer)
  }, [doc, save])
  useEffect(() => {
    const leave = () => void save()
    window.addEventListener('pagehide', leave)
    return () => {
      window.removeEventListener('pagehide', leave)
      leave()
    }
  }, [save])

  const newest = seen.data?.version ?? 0
  const known = loaded.data ? (published?.version ?? 0) : newest
  useEffect(() => {
    if (newest > known) void save().then((kept) => (kept ? queries.invalidateQueries({ queryKey: ['editor', key] }) : undefined))
  }, [newest, known, save, queries, key])

  const change = useCallback(
    (next: Doc, place?: string) => run(place ? { do: 'change', doc: next, place } : { do: 'change', doc: next }),
    [],
  )
  const reload = useCallback(() => queries.invalidateQueries({ queryKey: ['editor', key] }), [queries, key])
  const discard = async () => {
    await server.drop(key)
    kept.current = latest.current.doc ?? null
    await queries.invalidateQueries({ queryKey: ['drafts'] })
    if (published) await reload()
  }
  /** Takes in what somebody published after this draft was begun. */
  const takeIn = async () => {
    const mine = doc?.[key]
    if (!published || !doc || !mine) return
    const from = (await server.versions(key)).find((one) => one.version === base)
    const merged = { ...doc, [key]: merge(normal(from?.body ?? published.body), mine, normal(published.body)) }
    await server.keep(key, merged, published.version)
    await reload()
  }
  return {
    doc,
    changed,
    original: original?.[key],
    version: published?.version ?? 0,
    retired: Boolean(published?.body.retired),
    base,
    others: seen.data?.others ?? [],
    saving,
    canUndo: history.past.length > 0,
    canRedo: history.future.length > 0,
    undo: useCallback(() => run({ do: 'undo' }), []),
    redo: useCallback(() => run({ do: 'redo' }), []),
    change,
    save,
    discard,
    takeIn,
    reload,
    loading: loaded.isPending || (!doc && !loaded.isError),
    problem: loaded.error,
    retry: () => void loaded.refetch(),
  }
}

export type Editor = ReturnType<typeof useEditor>

/** What is wrong with the definitions, asked a moment after each change. */
export function useProblems(doc: Doc | undefined): Found[] {
  const [found, setFound] = useState<Found[]>([])
  useEffect(() => {
    if (!doc) return
    let current = true
    const timer = setTimeout(() => {
      server
        .check(Object.values(doc), true)
        .then((plan) => current && setFound(plan.problems))
        .catch(() => undefined)
    }, 400)
    return () => {
      current = false
      clearTimeout(timer)
    }
  }, [doc])
  return found
}
