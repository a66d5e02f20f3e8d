/** Mending many refused rows at once. */
import { useQueryClient } from '@tanstack/react-query'
import { number } from '../../../ui/format'
import { useWords } from '../../../ui/i18n'
import { sayProblem, say as toast } from '../../../ui/toast'
import { type Import, imports } from './server'

export function useMending(one: Import) {
  const { t, language } = useWords()
  const queries = useQueryClient()
  const anew = () =>
    Promise.all([
      queries.invalidateQueries({ queryKey: ['import-rows', one.id] }),
      queries.invalidateQueries({ queryKey: ['import', one.id] }),
    ])
  return {
    /** Replaces each text of the table in all rows that wait. */
    replaceAll: async (column: string, table: Record<string, string>): Promise<void> => {
      let changed = 0
      try {
        for (const [from, to] of Object.entries(table)) changed += (await imports.replace(one.id, column, from, to)).changed
        toast(t('imports.bad.replaced', { count: changed, shown: number(changed, language) }))
      } catch (problem) {
        sayProblem(problem)
      }
      await anew()
    },
  }
}
