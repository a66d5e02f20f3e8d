/** One stream per browser tab: objects that became stale are asked again. */
import { useQueryClient } from '@tanstack/react-query'
import { useEffect } from 'react'

const listeners = new Set<(object: string) => void>()

export function useStale(object: string, run: () => void): void {
  useEffect(() => {
    const listener = (stale: string) => stale === object && run()
    listeners.add(listener)
    return () => void listeners.delete(listener)
  }, [object, run])
}

/** Tells this tab's screens at once, without waiting for the stream. */
export function markStale(object: string): void {
  for (const listener of listeners) listener(object)
}

export function useLive(): void {
  const queries = useQueryClient()
  useEffect(() => {
    const stream = new EventSource('/api/live')
    stream.addEventListener('stale', (event) => {
      try {
        const { object } = JSON.parse((event as MessageEvent<string>).data) as { object: string }
        if (object === 'catalog') void queries.invalidateQueries({ queryKey: ['catalog'] })
        markStale(object)
      } catch {
        return
      }
    })
    const listener = (object: string) => void queries.invalidateQueries({ queryKey: ['object', object] })
    listeners.add(listener)
    return () => {
      listeners.delete(listener)
      stream.close()
    }
  }, [queries])
}
