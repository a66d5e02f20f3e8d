/** Rows of the file, with what each cell becomes below it, and what is wrong with it. */
import { useState } from 'react'
import type { Catalog, Field } from '../../../ui/catalog'
import { Icon } from '../../../ui/Icon'
import { useWords } from '../../../ui/i18n'
import { Skeleton } from '../../../ui/states'
import { usePhone } from '../../../ui/theme'
import { Value } from '../../../ui/Value'
import { calledOf, fieldAt, type Place, usesOf } from './model'
import type { CellProblem, ImportMap, PreviewRow, Sheet } from './server'
import type { Mapping } from './useMap'
import { targetNames } from './words'

interface DockProps {
  mapping: Mapping
  /** Whether values are shown below the cells. */
  mapped: boolean
  /** Whether only its bar is shown until it is asked for. */
  folded: boolean
  column: string
  onColumn?: (column: string) => void
}

export function SampleDock({ mapping, mapped, folded, column, onColumn }: DockProps) {
  const { t } = useWords()
  const phone = usePhone()
  const [toggled, setToggled] = useState<Record<string, boolean>>({})
  const standing = folded ? 'folded' : 'open'
  const open = toggled[standing] ?? (!folded && !phone)
  const { sheet, rows, rowsPending } = mapping
  if (!sheet) return null
  const bad = mapped ? rows.filter((row) => row.problems.length).length : 0
  return (
    <section className={open ? 'dock open' : 'dock'} aria-label={t('imports.sample.title')}>
      <button
        type="button"
        className="dock-bar"
        aria-expanded={open}
        onClick={() => setToggled({ ...toggled, [standing]: !open })}
      >
        <Icon name={open ? 'down' : 'up'} />
        <strong>{t('imports.sample.title')}</strong>
        <span className="quiet cut">
          {t('imports.sample.first', { count: rows.length })}
          {sheet.name && `${t('imports.dot')}${sheet.name}`}
        </span>
        {bad > 0 && (
          <span className="danger-text">
            <Icon name="warn" /> {t('imports.sample.bad', { count: bad })}
          </span>
        )}
      </button>
      {open && (
        <div className="dock-body">
          {rowsPending ? (
            <Skeleton lines={4} />
          ) : (
            <SampleTable
              sheet={sheet}
              map={mapped ? mapping.map : null}
              rows={rows}
              catalog={mapping.context.catalog}
              column={column}
              {...(onColumn ? { onColumn } : {})}
            />
          )}
        </div>
      )}
    </section>
  )
}

interface Head {
  name: string
  places: { place: Place; field: Field; label: string }[]
}

interface TableProps {
  sheet: Sheet
  map: ImportMap | null
  rows: PreviewRow[]
  catalog: Catalog
  column: string
  onColumn?: (column: string) => void
}

export function SampleTable({ sheet, map, rows, catalog, column, onColumn }: TableProps) {
  const { t, say, language } = useWords()
  const names = map ? targetNames(map, catalog, language) : []
  const labelled = (place: Place): Head['places'] => {
    const field = map ? fieldAt(map, place, catalog) : undefined
    if (!field) return []
    const own = say(field.labels, field.key)
    return [{ place, field, label: names.length > 1 ? `${names[place.target]}${t('imports.path')}${own}` : own }]
  }
  const heads: Head[] = sheet.columns.map(({ name }) => ({ name, places: map ? usesOf(map, name).flatMap(labelled) : [] }))
  const others = map ? elsewhere(map).flatMap(labelled) : []
  const mappedValue = (row: PreviewRow, { place, field }: Head['places'][number]) => {
    const target = map?.targets[place.target]
    const record = target && row.records[calledOf(target)]
    return record && field.key in record ? { object: catalog.objects[target.object], value: record[field.key] } : undefined
  }
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: a long table is scrolled by keyboard
    <section className="sample-scroll" tabIndex={0} aria-label={t('imports.sample.rows')}>
      <table className="sample">
        <thead>
          <tr>
            <th scope="col" className="row-number">
              <span className="unseen">{t('imports.rowNumber')}</span>
            </th>
            {heads.map((head) => (
              <th key={head.name} scope="col" className={head.name === column ? 'now' : ''}>
                {onColumn ? (
                  <button type="button" className="sample-head" onClick={() => onColumn(head.name)}>
                    <HeadText head={head} mapped={map !== null} />
                  </button>
                ) : (
                  <HeadText head={head} mapped={map !== null} />
                )}
              </th>
            ))}
            {others.map((one) => (
              <th key={`${one.place.target}/${one.place.field}`} scope="col" className="added">
                <span className="cut sample-name">{one.label}</span>
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => (
            <tr key={row.number}>
              <th scope="row" className="row-number">
                {row.number}
              </th>
              {heads.map((head, place) => (
                <Cell
                  key={head.name}
                  text={row.cells[place] ?? ''}
                  problem={map ? row.problems.find((one) => one.column === head.name) : undefined}
                  values={head.places.flatMap((one) => {
                    const found = mappedValue(row, one)
                    return found ? [{ ...found, field: one.field }] : []
                  })}
                  quiet={map !== null && head.places.length === 0}
                />
              ))}
              {others.map((one) => {
                const found = mappedValue(row, one)
                return (
                  <td key={`${one.place.target}/${one.place.field}`} className="added">
                    {found && <Value object={found.object} field={one.field} value={found.value} />}
                  </td>
                )
              })}
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  )
}

/** Fields that no single column fills: templates and fixed values. */
const elsewhere = (map: ImportMap): Place[] =>
  map.targets.flatMap((target, index) =>
    Object.entries(target.fields)
      .filter(([, value]) => !value.column && !value.record)
      .map(([field]) => ({ target: index, field })),
  )

function HeadText({ head, mapped }: { head: Head; mapped: boolean }) {
  const { t } = useWords()
  return (
    <>
      <span className="cut sample-name">{head.name}</span>
      {mapped && (
        <span className={head.places.length ? 'cut sample-field' : 'cut sample-field none'}>
          {head.places.length ? head.places.map((one) => one.label).join(t('imports.comma')) : t('imports.map.unused')}
        </span>
      )}
    </>
  )
}

interface CellProps {
  text: string
  problem: CellProblem | undefined
  values: { object: Parameters<typeof Value>[0]['object']; field: Field; value: unknown }[]
  quiet: boolean
}

/** The mapped value stands below the cell where it is not just the same text. */
function Cell({ text, problem, values, quiet }: CellProps) {
  const different = values.filter(({ value }) => value !== null && value !== undefined && String(value) !== text)
  return (
    <td className={[problem ? 'bad' : '', quiet ? 'unused' : ''].join(' ').trim()}>
      <span className="cell-text" dir="auto">
        {text}
      </span>
      {problem ? (
        <span className="cell-problem">{problem.detail}</span>
      ) : (
        different.map(({ object, field, value }) => (
          <span key={field.key} className="cell-value">
            {typeof value === 'object' || field.type !== 'relation' ? (
              <Value object={object} field={field} value={value} />
            ) : (
              String(value)
            )}
          </span>
        ))
      )}
    </td>
  )
}
