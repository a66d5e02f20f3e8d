/** Refused rows: what is wrong in words and numbers, and the rows themselves, narrowed by problem, column and text; editable after a run. */
import { useInfiniteQuery, useQuery, useQueryClient } from '@tanstack/react-query'
import { Button, Input, Select } from 'antd'
import { type ReactNode, useEffect, useState } from 'react'
import { number } from '../../../ui/format'
import { Icon } from '../../../ui/Icon'
import { useWords } from '../../../ui/i18n'
import { Failed, Skeleton } from '../../../ui/states'
import { usePhone } from '../../../ui/theme'
import { sayProblem, say as toast } from '../../../ui/toast'
import { BadCards } from './BadCards'
import { BadTable } from './BadTable'
import { type BadRow, type BadRows, type Import, imports, type ProblemGroup } from './server'
import type { Mapping } from './useMap'

interface Props {
  one: Import
  trial: boolean
  mapping: Mapping
  title: string
  /** Offers to mend all values of a problem at once. */
  onFix?: (group: ProblemGroup) => void
  /** What is done with the rows in the end. */
  children?: ReactNode
}

type Which = 'waiting' | 'dropped' | 'loaded'

export function BadRowsView({ one, trial, mapping, title, onFix, children }: Props) {
  const { t, language } = useWords()
  const phone = usePhone()
  const [group, setGroup] = useState<ProblemGroup | null>(null)
  const [text, setText] = useState('')
  const [which, setWhich] = useState<Which>('waiting')
  const sought = useLater(text)
  const wanted = { trial, which, text: sought, column: group?.column, code: group?.code, rule: group?.rule }
  const key = ['import-rows', one.id, wanted]
  const found = useInfiniteQuery({
    queryKey: key,
    queryFn: ({ pageParam }) => imports.rows(one.id, wanted, pageParam),
    initialPageParam: 0,
    getNextPageParam: (page) => page.next,
    staleTime: 0,
  })
  const edit = useEditing(one, key)
  const firstPage = found.data?.pages[0]
  const rows = found.data?.pages.flatMap((page) => page.rows) ?? []
  // Figures are asked for on their own: mended rows stay in view while what is left goes down.
  const figures =
    useQuery({
      queryKey: ['import-rows', one.id, 'figures', trial],
      queryFn: () => imports.rows(one.id, { trial }, 0, 1),
      staleTime: 0,
    }).data ?? firstPage
  const problems = figures?.problems ?? []
  const counts = figures?.counts
  const editable = !trial && one.actions.includes('again')
  const states = (['waiting', 'dropped', 'loaded'] as const).filter((state) => state === 'waiting' || counts?.[state])
  const dropGroup = () =>
    void edit.drop(group ? { column: group.column, code: group.code, rule: group.rule } : { all: true }, rows.length)
  const table = {
    columns: firstPage?.columns ?? [],
    rows,
    mapping,
    problems,
    ...(editable && which === 'waiting' ? { onMend: edit.mend, onReplace: edit.replace, onDrop: edit.dropRow } : {}),
  }
  return (
    <section className="bad-rows" aria-label={title}>
      <div className="section-head">
        <h2>{title}</h2>
        <ErrorFile one={one} trial={trial} />
      </div>
      <ul className="groups" aria-label={t('imports.bad.groups')}>
        {problems.map((item) => {
          const now = group !== null && sameGroup(group, item)
          return (
            <li key={`${item.column}/${item.code}/${item.rule}`} className={now ? 'now' : ''}>
              <button type="button" className="group-open" aria-pressed={now} onClick={() => setGroup(now ? null : item)}>
                <strong className="tabular">{number(item.count, language)}</strong>
                <span>
                  <span className="group-column">{item.column || t('imports.bad.wholeRow')}</span>
                  <span className="quiet">{item.detail}</span>
                </span>
              </button>
              {onFix && item.column && item.values.length > 0 && (
                <Button size="small" onClick={() => onFix(item)}>
                  {t('imports.fix.open')}
                </Button>
              )}
            </li>
          )
        })}
      </ul>
      <div className="bad-tools">
        <Input
          allowClear
          className="bad-search"
          prefix={<Icon name="search" />}
          aria-label={t('imports.bad.find')}
          placeholder={t('imports.bad.find')}
          value={text}
          onChange={(event) => setText(event.target.value)}
        />
        {states.length > 1 && (
          <Select
            aria-label={t('imports.bad.which')}
            value={which}
            options={states.map((state) => ({
              value: state,
              label: t(`imports.bad.${state}`, { shown: number(counts?.[state] ?? 0, language) }),
            }))}
            onChange={setWhich}
          />
        )}
        {group && (
          <Button onClick={() => setGroup(null)}>
            <Icon name="close" /> {group.column || t('imports.bad.wholeRow')}
          </Button>
        )}
        <span className="toolbar-space" />
        {editable && which === 'waiting' && rows.length > 0 && (
          <Button disabled={Boolean(sought)} onClick={dropGroup}>
            {t(group ? 'imports.bad.dropGroup' : 'imports.bad.dropAll', {
              shown: number(group ? group.count : (counts?.waiting ?? 0), language),
            })}
          </Button>
        )}
        {which === 'dropped' && rows.length > 0 && (
          <Button onClick={() => void edit.keep({ all: true })}>{t('imports.bad.keepAll')}</Button>
        )}
        {children}
      </div>
      {found.isPending ? (
        <Skeleton lines={6} />
      ) : found.isError ? (
        <Failed problem={found.error} retry={() => void found.refetch()} />
      ) : rows.length === 0 ? (
        <p className="quiet">{t('imports.bad.none')}</p>
      ) : (
        <>
          {phone ? <BadCards {...table} /> : <BadTable {...table} />}
          {found.hasNextPage && (
            <Button loading={found.isFetchingNextPage} onClick={() => void found.fetchNextPage()}>
              {t('imports.more')}
            </Button>
          )}
        </>
      )}
    </section>
  )
}

const sameGroup = (one: ProblemGroup, other: ProblemGroup) =>
  one.column === other.column && one.code === other.code && one.rule === other.rule

function useLater(text: string): string {
  const [later, setLater] = useState(text)
  useEffect(() => {
    const timer = setTimeout(() => setLater(text), 250)
    return () => clearTimeout(timer)
  }, [text])
  return later.trim()
}

function ErrorFile({ one, trial }: { one: Import; trial: boolean }) {
  const { t } = useWords()
  return (
    <span className="error-file">
      <span className="quiet">{t('imports.bad.file')}</span>
      <a href={imports.errors(one.id, trial)} download>
        <Icon name="download" /> csv
      </a>
    </span>
  )
}

/** Mending rows: each is checked at once, and stays where it is until the list is asked for anew. */
function useEditing(one: Import, key: readonly unknown[]) {
  const { t, language } = useWords()
  const queries = useQueryClient()
  const anew = () =>
    Promise.all([
      queries.invalidateQueries({ queryKey: ['import-rows', one.id] }),
      queries.invalidateQueries({ queryKey: ['import', one.id] }),
    ])
  const tell = (shown: number, keep: object) =>
    toast(t('imports.bad.droppedRows', { count: shown, shown: number(shown, language) }), {
      undo: async () => {
        await imports.keep(one.id, keep)
        await anew()
      },
    })
  const drop = async (which: object, _count: number) => {
    try {
      const { dropped } = await imports.drop(one.id, which)
      tell(dropped, which)
      await anew()
    } catch (problem) {
      sayProblem(problem)
    }
  }
  type Pages = { pages: BadRows[]; pageParams: unknown[] }
  return {
    drop,
    dropRow: (row: BadRow) => drop({ numbers: [row.number] }, 1),
    keep: async (which: object) => {
      try {
        await imports.keep(one.id, which)
        await anew()
      } catch (problem) {
        sayProblem(problem)
      }
    },
    mend: async (row: BadRow, column: string, text: string): Promise<BadRow | undefined> => {
      try {
        const made = await imports.mend(one.id, row.number, { [column]: text })
        queries.setQueryData<Pages>(
          key,
          (now) =>
            now && {
              ...now,
              pages: now.pages.map((page) => ({
                ...page,
                rows: page.rows.map((old) => (old.number === made.number ? made : old)),
              })),
            },
        )
        void queries.invalidateQueries({ queryKey: ['import-rows', one.id, 'figures'] })
        return made
      } catch (problem) {
        sayProblem(problem)
        return undefined
      }
    },
    replace: async (column: string, value: string, by: string) => {
      try {
        const { changed } = await imports.replace(one.id, column, value, by)
        toast(t('imports.bad.replaced', { count: changed, shown: number(changed, language) }), {
          undo: async () => {
            await imports.replace(one.id, column, by, value)
            await anew()
          },
        })
        await anew()
      } catch (problem) {
        sayProblem(problem)
      }
    },
  }
}
