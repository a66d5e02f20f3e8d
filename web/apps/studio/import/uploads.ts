/** Files on their way to the server: they go on while one looks at other pages, and can be called off. */
import { useSyncExternalStore } from 'react'
import { ApiProblem, type ProblemBody } from '../../../ui/api'
import type { Import } from './server'

export interface Upload {
  key: number
  name: string
  size: number
  sent: number
  problem?: ApiProblem
  stop: () => void
}

let uploads: readonly Upload[] = []
let count = 0
const listeners = new Set<() => void>()

function change(next: readonly Upload[]): void {
  uploads = next
  for (const listener of listeners) listener()
}

const put = (key: number, changes: Partial<Upload>) =>
  change(uploads.map((one) => (one.key === key ? { ...one, ...changes } : one)))

const drop = (key: number) => change(uploads.filter((one) => one.key !== key))

export const forget = drop

export const useUploads = (): readonly Upload[] =>
  useSyncExternalStore(
    (listener) => {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    () => uploads,
  )

/** Sends a file; null when it was called off. The upload stays in the list with its problem when it fails. */
export function upload(file: File): { key: number; made: Promise<Import | null> } {
  count += 1
  const key = count
  const asking = new XMLHttpRequest()
  const made = new Promise<Import | null>((resolve) => {
    const fail = (body: ProblemBody) => {
      put(key, { problem: new ApiProblem(body) })
      resolve(null)
    }
    asking.upload.onprogress = (event) => put(key, { sent: event.loaded })
    asking.onerror = () => fail({ status: 0, code: 'offline' })
    asking.onabort = () => {
      drop(key)
      resolve(null)
    }
    asking.onload = () => {
      const body = parsed(asking.responseText)
      if (asking.status !== 201) return fail({ code: `http_${asking.status}`, ...(body as object), status: asking.status })
      drop(key)
      resolve(body as Import)
    }
    asking.open('POST', `/api/imports?name=${encodeURIComponent(file.name)}`)
    asking.setRequestHeader('Content-Type', 'application/octet-stream')
    asking.setRequestHeader('Accept', 'application/json')
    asking.send(file)
  })
  change([...uploads, { key, name: file.name, size: file.size, sent: 0, stop: () => asking.abort() }])
  return { key, made }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return {}
  }
}

window.addEventListener('beforeunload', (event) => {
  if (uploads.some((one) => !one.problem)) event.preventDefault()
})

/** What was dropped or pasted on another page and waits for the import page. */
export interface Brought {
  file?: File
  text?: string
}

let brought: Brought | null = null
export const bring = (given: Brought) => {
  brought = given
}
export const takeBrought = (): Brought | null => {
  const given = brought
  brought = null
  return given
}
