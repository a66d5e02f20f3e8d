/** Long works as the tray shows them, whatever they are. */

export interface Work {
  key: string
  kind: 'import' | 'export' | 'publish' | 'upload'
  name: string
  /** `waits` for its person: a file is read and wants its columns matched, rows were refused. */
  state: 'running' | 'paused' | 'waits' | 'done' | 'failed' | 'ended'
  /** What it is at, in words. */
  text: string
  /** From 0 to 100; undefined where the end is not known. */
  share?: number | undefined
  at: string
  /** The page of it. */
  open?: string | undefined
  /** Gives the file it made. */
  fetch?: (() => Promise<unknown>) | undefined
  stop?: (() => Promise<unknown>) | undefined
}

export const isRunning = (work: Work): boolean => work.state === 'running'

/** What runs first, then what waits for somebody, then what ended, the newest first. */
export function inOrder(works: readonly Work[]): Work[] {
  const rank = (work: Work) => (work.state === 'running' ? 0 : work.state === 'waits' || work.state === 'paused' ? 1 : 2)
  return [...works].sort((one, other) => rank(one) - rank(other) || other.at.localeCompare(one.at))
}
