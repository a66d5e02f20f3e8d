/** One publish at a time: handed in, followed while it runs as a job, and refused in a way that can be shown. */
import { useCallback, useState } from 'react'
import { ApiProblem } from '../../../ui/api'
import type { ChangeSet, HandedIn } from './server'

export function usePublishing(onPublished: (changeSet: string) => void) {
  const [busy, setBusy] = useState(false)
  const [refused, setRefused] = useState<ApiProblem | null>(null)
  const [running, setRunning] = useState('')
  const ended = useCallback(
    (now: ChangeSet) => {
      setRunning('')
      setBusy(false)
      if (now.state === 'done') onPublished(now.id)
      else if (now.problem) setRefused(new ApiProblem({ status: 422, ...now.problem }))
    },
    [onPublished],
  )
  const publish = async (handIn: () => Promise<HandedIn>) => {
    setBusy(true)
    setRefused(null)
    try {
      const done = await handIn()
      if (done.state === 'running') setRunning(done.change_set)
      else onPublished(done.change_set)
    } catch (problem) {
      setRefused(
        problem instanceof ApiProblem ? problem : new ApiProblem({ status: 0, code: 'internal', detail: String(problem) }),
      )
      setBusy(false)
    }
  }
  return { busy, refused, running, ended, publish }
}

export type Publishing = ReturnType<typeof usePublishing>
