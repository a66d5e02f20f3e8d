/**
 * Objects that became stale are asked again. One stream serves all tabs of a browser, which opens few connections to a server:
 * the tab that has the lock reads it and passes on what it hears. Without locks (http to another machine) each tab reads its own.
 */
import { useQueryClient } from '@tanstack/react-query'
import { useEffect } from 'react'

const LOCK = 'tradewind-live'
/** A stream that was interrupted may have missed anything. */
const EVERYTHING = '*'
const listeners = new Set<(object: string) => void>()

export function useStale(object: string, run: () => void): void {
  useEffect(() => {
    const listener = (stale: string) => (stale === object || stale === EVERYTHING) && run()
    listeners.add(listener)
    return () => void listeners.delete(listener)
  }, [object, run])
}

/** Tells this tab's screens at once, without waiting for the stream. */
export function markStale(object: string): void {
  for (const listener of listeners) listener(object)
}

function read(hear: (object: string) => void): EventSource {
  const stream = new EventSource('/api/live')
  let opened = false
  stream.addEventListener('open', () => {
    if (opened) hear(EVERYTHING)
    opened = true
  })
  stream.addEventListener('stale', (event) => {
    try {
      hear((JSON.parse((event as MessageEvent<string>).data) as { object: string }).object)
    } catch {
      return
    }
  })
  return stream
}

/** Hears of stale objects until it is called off. */
function follow(hear: (object: string) => void): () => void {
  if (!('locks' in navigator)) {
    const stream = read(hear)
    return () => stream.close()
  }
  const stop = new AbortController()
  const tabs = new BroadcastChannel(LOCK)
  tabs.onmessage = (message: MessageEvent<string>) => hear(message.data)
  const lead = () =>
    new Promise<void>((release) => {
      const stream = read((object) => {
        hear(object)
        tabs.postMessage(object)
      })
      stop.signal.addEventListener('abort', () => {
        stream.close()
        release()
      })
    })
  navigator.locks.request(LOCK, { signal: stop.signal }, lead).catch(() => undefined)
  return () => {
    stop.abort()
    tabs.close()
  }
}

export function useLive(): void {
  const queries = useQueryClient()
  useEffect(() => {
    const listener = (object: string) => {
      if (object === 'catalog' || object === EVERYTHING) void queries.invalidateQueries({ queryKey: ['catalog'] })
      void queries.invalidateQueries({ queryKey: object === EVERYTHING ? ['object'] : ['object', object] })
    }
    listeners.add(listener)
    const stop = follow(markStale)
    return () => {
      listeners.delete(listener)
      stop()
    }
  }, [queries])
}
