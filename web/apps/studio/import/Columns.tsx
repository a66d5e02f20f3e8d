/** The columns of the file, each with its examples and the field it goes into. */
import { Segmented, Select } from 'antd'
import { type ReactNode, useState } from 'react'
import { Icon } from '../../../ui/Icon'
import { useWords } from '../../../ui/i18n'
import { typeIcon } from '../build/FieldList'
import { assign, fieldAt, fillable, isUsed, type Place, usesOf } from './model'
import { problemsAt } from './StepMap'
import type { FileColumn, ImportMap, Sheet } from './server'
import { summary } from './summary'
import type { Mapping } from './useMap'
import { targetNames } from './words'

interface Fit {
  column: string
  field: string
  score: number
}

interface Props {
  mapping: Mapping
  sheet: Sheet
  fits: Fit[]
  chosen: string
  onChoose: (column: string) => void
  /** What else can be done, at the end of the line. */
  children?: ReactNode
}

type Which = 'all' | 'check' | 'unused'

const SURE = 0.85

export function Columns({ mapping, sheet, fits, chosen, onChoose, children }: Props) {
  const { t } = useWords()
  const [which, setWhich] = useState<Which>('all')
  const { map } = mapping
  const unused = sheet.columns.filter((column) => !isUsed(map, column.name))
  const check = sheet.columns.filter((column) => isDoubtful(mapping, column, fits))
  const shown = which === 'all' ? sheet.columns : which === 'check' ? check : unused
  const choices: { value: Which; label: string }[] = [
    { value: 'all', label: t('imports.map.allColumns', { count: sheet.columns.length }) },
    { value: 'check', label: t('imports.map.toCheck', { count: check.length }) },
    { value: 'unused', label: t('imports.map.notUsed', { count: unused.length }) },
  ]
  return (
    <section className="columns" aria-label={t('imports.map.columns')}>
      <div className="columns-head">
        <Segmented size="small" aria-label={t('imports.map.show')} value={which} options={choices} onChange={setWhich} />
        <span className="toolbar-space" />
        {children}
      </div>
      <ul>
        {shown.map((column) => (
          <Line
            key={column.name}
            mapping={mapping}
            column={column}
            fits={fits}
            now={column.name === chosen}
            onChoose={() => onChoose(column.name === chosen ? '' : column.name)}
          />
        ))}
      </ul>
      {shown.length === 0 && <p className="quiet">{t(`imports.map.nothing.${which}`)}</p>}
    </section>
  )
}

const scoreOf = (fits: Fit[], map: ImportMap, column: string, place: Place): number | undefined => {
  if (place.target !== map.targets.length - 1) return undefined
  return fits.find((fit) => fit.column === column && fit.field === place.field)?.score
}

const badCells = (mapping: Mapping, column: string): number =>
  mapping.rows.filter((row) => row.problems.some((problem) => problem.column === column)).length

/** Worth a look: something is wrong with it, its cells do not fit in the sample, or the guess is not sure. */
function isDoubtful(mapping: Mapping, column: FileColumn, fits: Fit[]): boolean {
  const { map } = mapping
  return usesOf(map, column.name).some(
    (place) =>
      problemsAt(mapping, place.target, place.field).length > 0 ||
      badCells(mapping, column.name) > 0 ||
      (scoreOf(fits, map, column.name, place) ?? 1) < SURE,
  )
}

interface LineProps {
  mapping: Mapping
  column: FileColumn
  fits: Fit[]
  now: boolean
  onChoose: () => void
}

function Line({ mapping, column, fits, now, onChoose }: LineProps) {
  const { t, language } = useWords()
  const { map, context } = mapping
  const uses = usesOf(map, column.name)
  const first = uses[0]
  const field = first && fieldAt(map, first, context.catalog)
  const value = first && map.targets[first.target]?.fields[first.field]
  const wrong = uses.flatMap((place) => problemsAt(mapping, place.target, place.field))
  const bad = badCells(mapping, column.name)
  const score = first && scoreOf(fits, map, column.name, first)
  const elsewhere = uses.length === 0 && isUsed(map, column.name)
  const mark = wrong.length || bad ? 'warn' : first || elsewhere ? 'check' : 'minus'
  return (
    <li className={[now ? 'now' : '', wrong.length || bad ? 'wrong' : first || elsewhere ? 'used' : ''].join(' ').trim()}>
      <span className="column-mark">
        <Icon name={mark} />
      </span>
      <button type="button" className="column-name" aria-pressed={now} onClick={onChoose}>
        <span className={first || elsewhere ? 'cut named' : 'cut'}>{column.name}</span>
        <span className="quiet cut" dir="auto">
          {column.examples.slice(0, 3).join(t('imports.dot')) || t('imports.map.emptyColumn')}
        </span>
      </button>
      <Icon name="right" />
      <FieldPicker
        mapping={mapping}
        column={column}
        place={first}
        label={t('imports.map.fieldOf', { column: column.name })}
        elsewhere={elsewhere}
      />
      <span className="column-about">
        {uses.length > 1 && <span className="mark">{t('imports.map.also', { count: uses.length - 1 })}</span>}
        {field &&
          value &&
          summary(t, language, field, value, context.catalog).map((one) => (
            <span key={one} className="mark">
              {one}
            </span>
          ))}
        {score !== undefined && (
          <span className={score < SURE ? 'fit low' : 'fit'} title={t('imports.map.guessed')}>
            {Math.round(score * 100)} %
          </span>
        )}
        {wrong.map((problem) => (
          <span key={problem.pointer + problem.detail} className="danger-text">
            {problem.detail}
          </span>
        ))}
        {bad > 0 && <span className="danger-text">{t('imports.map.badInSample', { count: bad })}</span>}
      </span>
      <button
        type="button"
        className="icon-button"
        aria-label={t('imports.map.settingsOf', { column: column.name })}
        aria-expanded={now}
        onClick={onChoose}
      >
        <Icon name="settings" />
      </button>
    </li>
  )
}

interface PickerProps {
  mapping: Mapping
  column: FileColumn
  place: Place | undefined
  label: string
  elsewhere?: boolean
}

const read = (text: string): Place | undefined => {
  const [target, field] = text.split('|')
  return field ? { target: Number(target), field } : undefined
}

/** Every field of every target; those filled already say from where. */
export function FieldPicker({ mapping, column, place, label, elsewhere = false }: PickerProps) {
  const { t, say, language } = useWords()
  const { map, context, change, editable } = mapping
  const names = targetNames(map, context.catalog, language)
  const groups = map.targets.map((target, index) => ({
    label: names[index] ?? target.object,
    options: fillable(context.catalog.objects[target.object]).map((field) => {
      const taken = target.fields[field.key]
      const mine = place?.target === index && place.field === field.key
      const name = say(field.labels, field.key)
      return {
        value: `${index}|${field.key}`,
        label: names.length > 1 ? `${names[index]}${t('imports.path')}${name}` : name,
        name,
        icon: typeIcon(field.type),
        required: Boolean(field.required),
        from: taken && !mine ? taken.column || t('imports.map.filled') : '',
      }
    }),
  }))
  type Option = (typeof groups)[number]['options'][number]
  return (
    <Select
      className="field-picker"
      aria-label={label}
      showSearch={{ optionFilterProp: 'label' }}
      popupMatchSelectWidth={300}
      disabled={!editable}
      value={place ? `${place.target}|${place.field}` : ''}
      options={[{ label: t(elsewhere ? 'imports.map.usedElsewhere' : 'imports.map.doNot'), value: '' }, ...groups]}
      optionRender={(option) => {
        const data = option.data as unknown as Partial<Option>
        return data.icon ? (
          <span className="field-option">
            <Icon name={data.icon} />
            <span className={data.required ? 'cut grow required' : 'cut grow'}>{data.name}</span>
            {data.from && <span className="quiet cut">← {data.from}</span>}
          </span>
        ) : (
          option.label
        )
      }}
      onChange={(picked: string) => change(assign(map, column, place, read(picked), context))}
    />
  )
}
