/** The core that all editors of definitions share: a document with undo, and what follows from comparing two versions. */

/** Definitions that are edited and published together, by key. */
export type AnyDoc<T> = Record<string, T>

export interface History<T> {
  past: AnyDoc<T>[]
  now: AnyDoc<T>
  future: AnyDoc<T>[]
  /** Typing on at one place is one step. */
  place: string
}

export type Command<T> =
  | { do: 'change'; doc: AnyDoc<T>; place?: string }
  | { do: 'undo' }
  | { do: 'redo' }
  | { do: 'load'; doc: AnyDoc<T> }

export interface Found {
  pointer: string
  code: string
  params: Record<string, unknown>
}

export function step<T>(history: History<T>, command: Command<T>): History<T> {
  if (command.do === 'load') return { past: [], now: command.doc, future: [], place: '' }
  if (command.do === 'undo') {
    const before = history.past.at(-1)
    if (!before) return history
    return { past: history.past.slice(0, -1), now: before, future: [history.now, ...history.future], place: '' }
  }
  if (command.do === 'redo') {
    const [after, ...rest] = history.future
    if (!after) return history
    return { past: [...history.past, history.now], now: after, future: rest, place: '' }
  }
  const place = command.place ?? ''
  const past = place && place === history.place ? history.past : [...history.past.slice(-199), history.now]
  return { past, now: command.doc, future: [], place }
}

export const same = (one: unknown, other: unknown): boolean => JSON.stringify(sorted(one)) === JSON.stringify(sorted(other))

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted)
  if (value === null || typeof value !== 'object') return value
  const entries = Object.entries(value).filter(([, inner]) => inner !== undefined)
  return Object.fromEntries(entries.sort(([one], [two]) => (one < two ? -1 : 1)).map(([key, inner]) => [key, sorted(inner)]))
}

/** Mine on top of theirs, member by member: the one that was changed since `base`, mine where both were. */
export function mergeMembers<T extends object>(base: T, mine: T, theirs: T): T {
  const names = [...new Set([...Object.keys(mine), ...Object.keys(theirs)])] as (keyof T)[]
  const entries = names.map((name) => [name, same(mine[name], base[name]) ? theirs[name] : mine[name]])
  return Object.fromEntries(entries.filter(([, value]) => value !== undefined)) as T
}
