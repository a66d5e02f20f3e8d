/** Earlier versions of the object: who, when, what changed, and the way back. */
import { useQuery, useQueryClient } from '@tanstack/react-query'
import { Button, Drawer, Select } from 'antd'
import { useState } from 'react'
import { ago, instant } from '../../../ui/format'
import { useWords } from '../../../ui/i18n'
import { Failed, Skeleton } from '../../../ui/states'
import { usePhone } from '../../../ui/theme'
import { sayProblem, say as toast } from '../../../ui/toast'
import { Differences } from './Differences'
import type { ObjectDef } from './model'
import { server } from './server'

interface Props {
  object: string
  draft: ObjectDef | undefined
  onRestore: (body: ObjectDef) => void
  onUndone: () => void
  onClose: () => void
}

export function Versions({ object, draft, onRestore, onUndone, onClose }: Props) {
  const { t, language } = useWords()
  const phone = usePhone()
  const queries = useQueryClient()
  const found = useQuery({ queryKey: ['versions', object], queryFn: () => server.versions(object), staleTime: 0 })
  const [open, setOpen] = useState(0)
  const [against, setAgainst] = useState<number | 'draft' | null>(null)
  const versions = found.data ?? []
  const restore = async (version: number) => {
    try {
      onRestore((await server.restorable(object, version)).body)
      toast(t('build.restoredDraft', { version }))
      onClose()
    } catch (problem) {
      sayProblem(problem)
    }
  }
  const takeBack = async (changeSet: string) => {
    try {
      await server.undo(changeSet)
      await queries.invalidateQueries({ queryKey: ['versions', object] })
      toast(t('toast.undone'))
      onUndone()
    } catch (problem) {
      sayProblem(problem)
    }
  }
  return (
    <Drawer open title={t('build.versions')} placement={phone ? 'bottom' : 'right'} size={phone ? '92vh' : 560} onClose={onClose}>
      {found.isPending ? (
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
                    {against === 'draft' && draft ? (
                      <Differences before={one.body} after={draft} />
                    ) : (
                      <Differences before={before} after={one.body} />
                    )}
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
