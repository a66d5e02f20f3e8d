/** One definition being edited: its draft, kept on the server a moment after every change, with undo and redo. */
import { useQuery, useQueryClient } from '@tanstack/react-query'
import { useCallback, useEffect, useReducer, useRef, useState } from 'react'
import { ApiProblem } from '../../../ui/api'
import { type AnyDoc, type Command, type Found, type History, same, step } from './model'
import { type Draft, definitions, type Kind, type Published } from './server'

export type Saving = 'saved' | 'saving' | 'failed'

interface Loaded<T> {
  published: Published<T> | undefined
  draft: Draft<T> | null
}

/** What differs between the kinds of definitions. */
export interface Shape<T> {
  kind: Kind
  /** A body as the server sends it, with the members the editor relies on. */
  normal: (body: T) => T
  /** Mine on top of theirs, since `base`. */
  merge: (base: T, mine: T, theirs: T) => T
  /** What a definition begins as that is not published; without it there must be a published one or a draft. */
  fresh?: T | undefined
}

/** What the server does not have yet, kept in this tab so that a reload in the moment before it is sent loses nothing. */
const unsaved = {
  place: (kind: Kind, key: string) => `unsaved:${kind}:${key}`,
  keep(kind: Kind, key: string, left: object) {
    try {
      sessionStorage.setItem(unsaved.place(kind, key), JSON.stringify(left))
    } catch {
      // No room: the server has it in half a second.
    }
  },
  take<T>(kind: Kind, key: string): { doc: AnyDoc<T>; base: number } | null {
    const left = sessionStorage.getItem(unsaved.place(kind, key))
    return left ? JSON.parse(left) : null
  },
  drop: (kind: Kind, key: string) => sessionStorage.removeItem(unsaved.place(kind, key)),
}

async function load<T>(kind: Kind, key: string, isFresh: boolean): Promise<Loaded<T>> {
  let missing: unknown
  const published = isFresh
    ? undefined
    : definitions.get<T>(kind, key).catch((problem: unknown) => {
        if (!(problem instanceof ApiProblem && problem.body.status === 404)) throw problem
        missing = problem
        return undefined
      })
  const found = { published: await published, draft: await definitions.draft<T>(kind, key) }
  if (missing && !found.draft) throw missing
  return found
}

export function useEditor<T extends object>({ kind, normal, merge, fresh }: Shape<T>, key: string) {
  const queries = useQueryClient()
  const loaded = useQuery({
    queryKey: ['editor', kind, key],
    queryFn: () => load<T>(kind, key, Boolean(fresh)),
    staleTime: 0,
    gcTime: 0,
    refetchOnWindowFocus: false,
    refetchOnReconnect: false,
    structuralSharing: false,
  })
  const [history, run] = useReducer<History<T>, [Command<T>]>(step, { past: [], now: {}, future: [], place: '' })
  const [base, setBase] = useState(0)
  const [saving, setSaving] = useState<Saving>('saved')
  const kept = useRef<AnyDoc<T> | null>(null)
  const ready = useRef('')
  const published = loaded.data?.published
  useEffect(() => {
    if (!loaded.data) return
    const { published: body, draft } = loaded.data
    const doc = draft?.body ?? (body ? { [key]: normal(body.body) } : fresh ? { [key]: fresh } : {})
    const left = unsaved.take<T>(kind, key)
    kept.current = doc
    ready.current = key
    setBase(left?.base ?? draft?.base_version ?? body?.version ?? 0)
    run({ do: 'load', doc: left?.doc ?? doc })
  }, [loaded.data, kind, key, normal, fresh])

  const seen = useQuery({
    queryKey: ['meanwhile', kind, key],
    queryFn: () => definitions.meanwhile(kind, key),
    staleTime: 0,
    gcTime: 0,
    refetchInterval: 15_000,
    refetchOnWindowFocus: true,
  })

  const doc = ready.current === key ? history.now : undefined
  const original = published ? { [key]: normal(published.body) } : undefined
  const start = original ?? (fresh ? { [key]: fresh } : undefined)
  const changed = Boolean(doc && (!start || !same(doc, start)))

  const latest = useRef({ doc, base, start })
  latest.current = { doc, base, start }
  /** Whether everything is on the server now. */
  const save = useCallback(async (): Promise<boolean> => {
    const now = latest.current
    if (!now.doc || same(now.doc, kept.current)) {
      unsaved.drop(kind, key)
      setSaving('saved')
      return true
    }
    const sent = now.doc
    setSaving('saving')
    try {
      await (now.start && same(sent, now.start) ? definitions.drop(kind, key) : definitions.keep(kind, key, sent, now.base))
      kept.current = sent
      if (same(latest.current.doc, sent)) unsaved.drop(kind, key)
      setSaving(same(latest.current.doc, sent) ? 'saved' : 'saving')
      void queries.invalidateQueries({ queryKey: ['drafts'] })
      return same(latest.current.doc, sent)
    } catch {
      setSaving('failed')
      return false
    }
  }, [kind, key, queries])
  useEffect(() => {
    if (!doc) return
    if (same(doc, kept.current)) return unsaved.drop(kind, key)
    setSaving('saving')
    unsaved.keep(kind, key, { doc, base })
    const timer = setTimeout(() => void save(), 500)
    return () => clearTimeout(timer)
  }, [doc, base, kind, key, save])
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
    if (newest > known)
      void save().then((kept) => (kept ? queries.invalidateQueries({ queryKey: ['editor', kind, key] }) : undefined))
  }, [newest, known, save, queries, kind, key])

  const change = useCallback(
    (next: AnyDoc<T>, place?: string) => run(place ? { do: 'change', doc: next, place } : { do: 'change', doc: next }),
    [],
  )
  const reload = useCallback(() => queries.invalidateQueries({ queryKey: ['editor', kind, key] }), [queries, kind, key])
  const discard = async () => {
    await definitions.drop(kind, key)
    unsaved.drop(kind, key)
    kept.current = latest.current.doc ?? null
    await queries.invalidateQueries({ queryKey: ['drafts'] })
    if (published) await reload()
  }
  /** Takes in what somebody published after this draft was begun. */
  const takeIn = async () => {
    const mine = doc?.[key]
    if (!published || !doc || !mine) return
    const from = (await definitions.versions<T>(kind, key)).find((one) => one.version === base)
    const merged = { ...doc, [key]: merge(normal(from?.body ?? published.body), mine, normal(published.body)) }
    unsaved.drop(kind, key)
    await definitions.keep(kind, key, merged, published.version)
    await reload()
  }
  return {
    doc,
    changed,
    original: original?.[key],
    version: published?.version ?? 0,
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

export type Editor<T extends object> = ReturnType<typeof useEditor<T>>

/** What is wrong with the definitions, asked a moment after each change. */
export function useProblems(doc: AnyDoc<object> | undefined): Found[] {
  const [found, setFound] = useState<Found[]>([])
  useEffect(() => {
    if (!doc) return
    let current = true
    const timer = setTimeout(() => {
      definitions
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
