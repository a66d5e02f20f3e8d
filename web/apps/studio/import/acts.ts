/** Things done with an import: shown at once, and told to the work tray. */
import { useQueryClient } from '@tanstack/react-query'
import { useCallback, useState } from 'react'
import { sayProblem } from '../../../ui/toast'
import { workBegan } from '../work/began'
import type { Import } from './server'

export function useActs(one: Import) {
  const queries = useQueryClient()
  const [busy, setBusy] = useState('')
  const take = useCallback((now: Import) => queries.setQueryData(['import', now.id], now), [queries])
  /** Does something with the import; false when it was refused. */
  const act = async (name: string, doing: () => Promise<Import>): Promise<boolean> => {
    setBusy(name)
    try {
      take(await doing())
      workBegan()
      return true
    } catch (problem) {
      sayProblem(problem)
      void queries.invalidateQueries({ queryKey: ['import', one.id] })
      return false
    } finally {
      setBusy('')
    }
  }
  return { busy, act }
}

export type Acts = ReturnType<typeof useActs>
