/** Earlier versions of a definition: who, when, what changed, and the way back. */
import { useQuery, useQueryClient } from '@tanstack/react-query'
import { Button, Drawer, Select } from 'antd'
import { type ReactNode, useCallback, useState } from 'react'
import { ApiProblem } from '../../../ui/api'
import { ago, instant } from '../../../ui/format'
import { useWords } from '../../../ui/i18n'
import { Failed, Skeleton } from '../../../ui/states'
import { usePhone } from '../../../ui/theme'
import { sayProblem, say as toast } from '../../../ui/toast'
import { Running } from './Running'
import { type ChangeSet, definitions, type Kind } from './server'

interface Props<T> {
  kind: Kind
  name: string
  draft: T | undefined
  /** An undo that is under way as a job. */
  undoing?: string
  compare: (before: T | undefined, after: T) => ReactNode
  onRestore: (body: T) => void
  onUndone: () => void
  onClose: () => void
}

export function Versions<T>({ kind, name, draft, undoing = '', compare, onRestore, onUndone, onClose }: Props<T>) {
  const { t, language } = useWords()
  const phone = usePhone()
  const queries = useQueryClient()
  const found = useQuery({ queryKey: ['versions', kind, name], queryFn: () => definitions.versions<T>(kind, name), staleTime: 0 })
  const [open, setOpen] = useState(0)
  const [against, setAgainst] = useState<number | 'draft' | null>(null)
  const versions = found.data ?? []
  const restore = async (version: number) => {
    try {
      onRestore((await definitions.restorable<T>(kind, name, version)).body)
      toast(t('build.restoredDraft', { version }))
      onClose()
    } catch (problem) {
      sayProblem(problem)
    }
  }
  const [running, setRunning] = useState(undoing)
  const undone = useCallback(async () => {
    await queries.invalidateQueries({ queryKey: ['versions', kind, name] })
    toast(t('toast.undone'))
    onUndone()
  }, [queries, kind, name, t, onUndone])
  const takeBack = async (changeSet: string) => {
    try {
      const made = await definitions.undo(changeSet)
      if (made.state === 'running') setRunning(made.change_set)
      else await undone()
    } catch (problem) {
      sayProblem(problem)
    }
  }
  const ended = useCallback(
    (now: ChangeSet) => {
      setRunning('')
      if (now.state === 'done') void undone()
      else if (now.problem) sayProblem(new ApiProblem({ status: 422, ...now.problem }))
    },
    [undone],
  )
  return (
    <Drawer open title={t('build.versions')} placement={phone ? 'bottom' : 'right'} size={phone ? '92vh' : 560} onClose={onClose}>
      {running ? (
        <Running id={running} back onEnd={ended} />
      ) : found.isPending ? (
        <Skeleton />
      ) : found.isError ? (
        <Failed problem={found.error} retry={() => void found.refetch()} />
      ) : (
        <ol className="versions">
          {versions.map((one, index) => {
            const opened = open === one.version || (open === 0 && index === 0)
            const other = against === 'draft' ? undefined : versions.find((item) => item.version === against)
            const before = opened && other ? other.body : versions[index + 1]?.body
            return (
              <li key={one.version}>
                <button
                  type="button"
                  className="version"
                  aria-expanded={opened}
                  onClick={() => {
                    setOpen(opened ? -1 : one.version)
                    setAgainst(null)
                  }}
                >
                  <strong>{t('build.version', { version: one.version })}</strong>
                  <span className="grow cut">{one.author_name ?? t('build.installed')}</span>
                  <time className="quiet" dateTime={one.published_at} title={instant(one.published_at, language)}>
                    {ago(one.published_at, language)}
                  </time>
                </button>
                {opened && (
                  <div className="version-body">
                    <Select
                      size="small"
                      aria-label={t('build.compare')}
                      value={against ?? versions[index + 1]?.version ?? null}
                      placeholder={t('build.compare')}
                      options={[
                        ...(draft ? [{ value: 'draft', label: t('build.withDraft') }] : []),
                        ...versions
                          .filter((item) => item.version !== one.version)
                          .map((item) => ({ value: item.version, label: t('build.withVersion', { version: item.version }) })),
                      ]}
                      onChange={(value: number | 'draft') => setAgainst(value)}
                    />
                    {against === 'draft' && draft ? compare(one.body, draft) : compare(before, one.body)}
                    <div className="row">
                      {index > 0 && (
                        <Button size="small" onClick={() => void restore(one.version)}>
                          {t('build.restoreVersion')}
                        </Button>
                      )}
                      {index === 0 && one.author_name && (
                        <Button size="small" onClick={() => void takeBack(one.change_set)}>
                          {t('build.undoPublish')}
                        </Button>
                      )}
                    </div>
                  </div>
                )}
              </li>
            )
          })}
        </ol>
      )}
    </Drawer>
  )
}
