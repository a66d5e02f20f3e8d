/** What the map's steps changed in the cells, column by column; each opens to the whole list. */
import { useInfiniteQuery } from '@tanstack/react-query'
import { Button } from 'antd'
import { useState } from 'react'
import { number } from '../../../ui/format'
import { Icon } from '../../../ui/Icon'
import { useWords } from '../../../ui/i18n'
import { Skeleton } from '../../../ui/states'
import { type Import, imports, type Report } from './server'

export function ChangesOf({ one, report }: { one: Import; report: Report }) {
  const { t, language } = useWords()
  const [open, setOpen] = useState('')
  const cells = report.changes.reduce((sum, change) => sum + change.cells, 0)
  return (
    <details className="report-part" open>
      <summary>{t('imports.report.changes', { count: cells, shown: number(cells, language) })}</summary>
      <ul className="changes">
        {report.changes.map((change) => {
          const key = `${change.column}/${change.kind}`
          return (
            <li key={key}>
              <button
                type="button"
                className="change-line"
                aria-expanded={open === key}
                onClick={() => setOpen(open === key ? '' : key)}
              >
                <Icon name={open === key ? 'down' : 'right'} />
                <strong className="cut">{change.column}</strong>
                <span className="mark">{t(`imports.change.${change.kind}`, { defaultValue: change.kind })}</span>
                <span className="quiet tabular">
                  {t('imports.report.cells', { count: change.cells, shown: number(change.cells, language) })}
                </span>
                <span className="change-example cut">
                  {change.examples[0] && <Pair before={change.examples[0][0]} after={change.examples[0][1]} />}
                </span>
              </button>
              {open === key && <All one={one} column={change.column} kind={change.kind} />}
            </li>
          )
        })}
      </ul>
    </details>
  )
}

/** Blanks at the ends are made visible: they are what is often changed. */
const seen = (text: string) => text.replace(/^\s+|\s+$/g, (blank) => '·'.repeat(blank.length)) || '∅'

function Pair({ before, after }: { before: string; after: string }) {
  return (
    <>
      <del dir="auto">{seen(before)}</del> → <ins dir="auto">{seen(after)}</ins>
    </>
  )
}

function All({ one, column, kind }: { one: Import; column: string; kind: string }) {
  const { t, language } = useWords()
  const found = useInfiniteQuery({
    queryKey: ['import-changes', one.id, column, kind],
    queryFn: ({ pageParam }) => imports.changes(one.id, column, kind, pageParam),
    initialPageParam: null as string | null,
    getNextPageParam: (page) => page.next,
  })
  if (found.isPending) return <Skeleton lines={3} />
  return (
    <div className="change-all">
      <ul>
        {(found.data?.pages ?? [])
          .flatMap((page) => page.changes)
          .map((change) => (
            <li key={`${change.before}→${change.after}`}>
              <Pair before={change.before} after={change.after} />
              <span className="quiet tabular">{number(change.cells, language)}</span>
            </li>
          ))}
      </ul>
      {found.hasNextPage && (
        <Button size="small" onClick={() => void found.fetchNextPage()}>
          {t('imports.more')}
        </Button>
      )}
    </div>
  )
}
