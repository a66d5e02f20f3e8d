/** Long works that this browser began: the tray asks at once, and remembers publishes, of which the server keeps no list per person. */

export interface Publish {
  id: string
  name: string
  open: string
  at: string
}

const listeners = new Set<() => void>()

/** Called by whoever starts something long. */
export const workBegan = (): void => {
  for (const listener of listeners) listener()
}

export function onWorkBegan(listener: () => void): () => void {
  listeners.add(listener)
  return () => void listeners.delete(listener)
}

const PLACE = 'publishes'

export function publishes(): Publish[] {
  try {
    return JSON.parse(sessionStorage.getItem(PLACE) ?? '[]') as Publish[]
  } catch {
    return []
  }
}

const keep = (list: Publish[]) => sessionStorage.setItem(PLACE, JSON.stringify(list.slice(-10)))

/** A publish that goes on as a job. */
export function publishBegan(id: string, name: string, open: string): void {
  keep([...publishes().filter((one) => one.id !== id), { id, name, open, at: new Date().toISOString() }])
  workBegan()
}

export const forgetPublish = (id: string): void => keep(publishes().filter((one) => one.id !== id))
