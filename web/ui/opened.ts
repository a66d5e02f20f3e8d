/** Which records this person opened lately in this browser: ids only, so that what is shown of them is always asked with today's rights. */
const MOST = 12

export interface Opened {
  object: string
  id: string
  at: string
}

const place = (person: string) => `opened:${person}`

export function opened(person: string): Opened[] {
  try {
    const kept: unknown = JSON.parse(localStorage.getItem(place(person)) ?? '[]')
    return Array.isArray(kept) ? (kept as Opened[]) : []
  } catch {
    return []
  }
}

export function remember(person: string, object: string, id: string): void {
  const others = opened(person).filter((one) => one.id !== id)
  try {
    localStorage.setItem(place(person), JSON.stringify([{ object, id, at: new Date().toISOString() }, ...others].slice(0, MOST)))
  } catch {
    // No room, or a browser that keeps nothing: then nothing is offered.
  }
}
