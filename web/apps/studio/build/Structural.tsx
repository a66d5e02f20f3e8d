/** Settings of fields that tie objects together or are computed: relation, lines, lookup, rollup, formula. */
import { Button, Checkbox, Input, InputNumber, Radio, Select } from 'antd'
import { useRef } from 'react'
import { isFiles } from '../../../kinds/fields/registry'
import { type ObjectType, type Texts, useCatalog } from '../../../ui/catalog'
import { FilterBuilder } from '../../../ui/filter/FilterBuilder'
import { type Filter, group } from '../../../ui/filter/model'
import { Icon } from '../../../ui/Icon'
import { useWords } from '../../../ui/i18n'
import type { Found } from '../edit/model'
import { TextsInput } from '../edit/texts'
import type { Doc, FieldDef, ObjectDef } from './model'

interface SimpleField {
  key: string
  type: string
  labels: Texts
  options?: Record<string, unknown>
  retired?: boolean
}
export interface Known {
  key: string
  labels: Texts
  parent?: string
  fields: SimpleField[]
}

/** Objects one may refer to: those published and those in this draft. */
export function useKnown(doc: Doc): Record<string, Known> {
  const catalog = useCatalog()
  return { ...catalog.objects, ...doc }
}

interface Props {
  owner: ObjectDef
  field: FieldDef
  known: Record<string, Known>
  published: boolean
  problems: Found[]
  onChange: (options: Record<string, unknown>, place: string) => void
  onOpen: (object: string) => void
}

const live = (object: Known | undefined) => (object?.fields ?? []).filter((field) => !field.retired)

export function Structural(props: Props) {
  switch (props.field.type) {
    case 'relation':
      return <Relation {...props} />
    case 'lines':
      return <Lines {...props} />
    case 'lookup':
      return <Lookup {...props} />
    case 'rollup':
      return <Rollup {...props} />
    case 'formula':
      return <Formula {...props} />
    default:
      return null
  }
}

function useSet({ field, onChange }: Props) {
  return (changes: Record<string, unknown>) => {
    const next = Object.fromEntries(
      Object.entries({ ...field.options, ...changes }).filter(([, value]) => value !== undefined && value !== null),
    )
    onChange(next, `${field.key}:${Object.keys(changes).join()}`)
  }
}

function Relation(props: Props) {
  const { field, owner, known, published } = props
  const { t, say } = useWords()
  const set = useSet(props)
  const options = field.options ?? {}
  const mine = owner.parent === field.key
  return (
    <>
      <label className="setting">
        <span>{t('build.target')}</span>
        <Select
          aria-label={t('build.target')}
          className="full"
          showSearch={{ optionFilterProp: 'label' }}
          disabled={mine || published}
          value={(options.target as string) || null}
          options={Object.values(known)
            .filter((object) => !object.parent || mine)
            .map((object) => ({ value: object.key, label: say(object.labels, object.key) }))}
          onChange={(target: string) => set({ target })}
        />
      </label>
      <div className="setting">
        <span>{t('build.onDelete')}</span>
        <Radio.Group
          disabled={mine}
          value={options.on_delete ?? 'set_null'}
          onChange={(event) => set({ on_delete: event.target.value === 'set_null' ? undefined : event.target.value })}
          options={['set_null', 'restrict', 'cascade'].map((value) => ({ value, label: t(`build.deleteRules.${value}`) }))}
        />
      </div>
      <TextsInput
        label={t('build.inverseLabels')}
        value={options.inverse_labels as Texts}
        onChange={(texts) => set({ inverse_labels: texts })}
      />
      <label className="setting">
        <span>{t('build.inverse')}</span>
        <Input
          value={(options.inverse as string) ?? ''}
          onChange={(event) => set({ inverse: event.target.value || undefined })}
        />
      </label>
      <Checkbox checked={Boolean(options.show_name)} onChange={(event) => set({ show_name: event.target.checked || undefined })}>
        {t('build.showName')}
      </Checkbox>
    </>
  )
}

function Lines(props: Props) {
  const { field, owner, known, published, onOpen } = props
  const { t, say } = useWords()
  const set = useSet(props)
  const target = String(field.options?.target ?? '')
  const fitting = Object.values(known).filter(
    (object) => object.parent && live(object).find((one) => one.key === object.parent)?.options?.target === owner.key,
  )
  return (
    <div className="setting">
      <span>{t('build.lineObject')}</span>
      <Select
        aria-label={t('build.lineObject')}
        className="full"
        disabled={published}
        value={target || null}
        options={fitting.map((object) => ({ value: object.key, label: say(object.labels, object.key) }))}
        onChange={(chosen: string) => set({ target: chosen, parent: known[chosen]?.parent ?? 'parent' })}
      />
      <small className="quiet">{t('build.lineHelp')}</small>
      {known[target] && (
        <Button icon={<Icon name="right" />} onClick={() => onOpen(target)}>
          {t('build.lineFields', { count: live(known[target]).length })}
        </Button>
      )}
    </div>
  )
}

/** Every path over relations, at most three hops. */
function paths(
  known: Record<string, Known>,
  from: Known | undefined,
  say: (texts: Texts, otherwise: string) => string,
  depth = 3,
): { value: string; label: string }[] {
  if (!from || !depth) return []
  return live(from)
    .filter((field) => field.type === 'relation')
    .flatMap((relation) => {
      const target = known[String(relation.options?.target)]
      const here = live(target)
        .filter((field) => field.type !== 'lines' && !isFiles(field.type))
        .map((field) => ({ value: field.key, label: say(field.labels, field.key) }))
      return [...here, ...paths(known, target, say, depth - 1)].map((end) => ({
        value: `${relation.key}.${end.value}`,
        label: `${say(relation.labels, relation.key)} › ${end.label}`,
      }))
    })
}

function Lookup(props: Props) {
  const { field, owner, known } = props
  const { t, say } = useWords()
  const set = useSet(props)
  return (
    <label className="setting">
      <span>{t('build.path')}</span>
      <Select
        aria-label={t('build.path')}
        className="full"
        showSearch={{ optionFilterProp: 'label' }}
        value={(field.options?.path as string) || null}
        options={paths(known, owner, say)}
        notFoundContent={t('build.noRelation')}
        onChange={(path: string) => set({ path })}
      />
    </label>
  )
}

/** An object of the draft in the form that the condition builder reads. */
const asType = (object: Known): ObjectType => ({
  key: object.key,
  labels: object.labels,
  icon: 'table',
  title: '',
  create: false,
  export: false,
  fields: live(object)
    .filter((field) => !['lines', 'lookup'].includes(field.type) && !isFiles(field.type))
    .map((field) => ({ state: 'write', ...field, options: field.options ?? {} })),
})

const TOTALLED = new Set(['integer', 'number', 'money', 'percent', 'formula', 'rollup', 'date', 'datetime'])

function Rollup(props: Props) {
  const { field, owner, known } = props
  const { t, say } = useWords()
  const catalog = useCatalog()
  const set = useSet(props)
  const options = field.options ?? {}
  const sources = Object.values(known).flatMap((object) =>
    live(object)
      .filter((one) => one.type === 'relation' && one.options?.target === owner.key)
      .map((one) => ({
        value: `${object.key}.${one.key}`,
        label: `${say(object.labels, object.key)} › ${say(one.labels, one.key)}`,
      })),
  )
  const child = known[String(options.object)]
  const filtered = child && asType(child)
  const fn = (options.function as string) ?? 'count'
  return (
    <>
      <label className="setting">
        <span>{t('build.source')}</span>
        <Select
          aria-label={t('build.source')}
          className="full"
          value={options.object ? `${options.object}.${options.relation}` : null}
          options={sources}
          notFoundContent={t('build.noSource')}
          onChange={(value: string) =>
            set({ object: value.split('.')[0], relation: value.split('.')[1], field: undefined, filter: undefined, function: fn })
          }
        />
      </label>
      <label className="setting">
        <span>{t('build.figure')}</span>
        <Select
          aria-label={t('build.figure')}
          className="full"
          value={fn}
          options={['count', 'sum', 'avg', 'min', 'max'].map((value) => ({ value, label: t(`build.figures.${value}`) }))}
          onChange={(value: string) => set({ function: value, ...(value === 'count' ? { field: undefined } : {}) })}
        />
      </label>
      {fn !== 'count' && (
        <label className="setting">
          <span>{t('build.figureOf')}</span>
          <Select
            aria-label={t('build.figureOf')}
            className="full"
            value={(options.field as string) || null}
            options={live(child)
              .filter((one) => TOTALLED.has(one.type))
              .map((one) => ({ value: one.key, label: say(one.labels, one.key) }))}
            onChange={(value: string) => set({ field: value })}
          />
        </label>
      )}
      {filtered && (
        <div className="setting">
          <span>{t('build.only')}</span>
          {options.filter ? (
            <>
              <FilterBuilder
                catalog={catalog}
                object={filtered}
                value={options.filter as Filter}
                onChange={(filter) => set({ filter })}
              />
              <Button size="small" onClick={() => set({ filter: undefined })}>
                {t('build.everyRecord')}
              </Button>
            </>
          ) : (
            <Button size="small" onClick={() => set({ filter: group('and') })}>
              {t('filter.add')}
            </Button>
          )}
        </div>
      )}
      <Checkbox
        checked={Boolean(options.company_figure)}
        onChange={(event) => set({ company_figure: event.target.checked || undefined })}
      >
        {t('build.companyFigure')}
      </Checkbox>
    </>
  )
}

const FUNCTIONS = 'IF SUM COUNT AVG MIN MAX ROUND ABS TODAY DAYS DATEADD YEAR MONTH CONCAT LEN UPPER AND OR NOT ISBLANK'.split(
  ' ',
)

function Formula(props: Props) {
  const { field, owner, known, problems } = props
  const { t, say } = useWords()
  const set = useSet(props)
  const box = useRef<HTMLTextAreaElement>(null)
  const options = field.options ?? {}
  const expression = (options.expression as string) ?? ''
  const wrong = problems.find((problem) => problem.pointer.endsWith('/result'))
  const syntax = problems.find((problem) => problem.pointer.endsWith('/expression'))
  const at = typeof syntax?.params.at === 'number' ? syntax.params.at : -1
  const insert = (text: string) => {
    const where = box.current?.selectionStart ?? expression.length
    set({ expression: expression.slice(0, where) + text + expression.slice(box.current?.selectionEnd ?? where) })
    requestAnimationFrame(() => {
      box.current?.focus()
      const caret = where + text.length - (text.endsWith('()') ? 1 : 0)
      box.current?.setSelectionRange(caret, caret)
    })
  }
  const names = live(owner).flatMap((one) => {
    if (one.key === field.key) return []
    if (one.type === 'lines')
      return live(known[String(one.options?.target)])
        .filter((inner) => TOTALLED.has(inner.type))
        .map((inner) => ({
          value: `SUM(${one.key}.${inner.key})`,
          label: `${t('build.figures.sum')}: ${say(one.labels, one.key)} › ${say(inner.labels, inner.key)}`,
        }))
    return ['relation', 'lookup', 'tags', 'user', 'department'].includes(one.type) || isFiles(one.type)
      ? []
      : [{ value: one.key, label: say(one.labels, one.key) }]
  })
  return (
    <>
      <label className="setting">
        <span>{t('build.expression')}</span>
        <textarea
          ref={box}
          className={syntax ? 'formula wrong' : 'formula'}
          aria-label={t('build.expression')}
          aria-invalid={Boolean(syntax)}
          rows={3}
          spellCheck={false}
          value={expression}
          placeholder="ROUND(amount * 0.13, 2)"
          onChange={(event) => set({ expression: event.target.value })}
        />
        {at >= 0 && expression && (
          <pre className="formula-at" aria-hidden>
            {expression.slice(0, at)}
            <mark>{expression.slice(at, at + Math.max(1, String(syntax?.params.found ?? '').length)) || '␣'}</mark>
            {expression.slice(at + Math.max(1, String(syntax?.params.found ?? '').length))}
          </pre>
        )}
      </label>
      <div className="row">
        <Select
          size="small"
          className="grow"
          aria-label={t('build.insertField')}
          placeholder={t('build.insertField')}
          value={null}
          options={names}
          onChange={(value: string | null) => value && insert(value)}
        />
        <Select
          size="small"
          className="grow"
          aria-label={t('build.insertFunction')}
          placeholder={t('build.insertFunction')}
          value={null}
          showSearch
          options={FUNCTIONS.map((name) => ({ value: `${name}()`, label: `${name} · ${t(`build.functions.${name}`)}` }))}
          popupMatchSelectWidth={false}
          onChange={(value: string | null) => value && insert(value)}
        />
      </div>
      <label className="setting">
        <span>{t('build.result')}</span>
        <Select
          aria-label={t('build.result')}
          className="full"
          value={(options.result as string) ?? 'number'}
          options={['number', 'money', 'text', 'date', 'instant', 'boolean'].map((value) => ({
            value,
            label: t(`build.results.${value}`),
          }))}
          onChange={(result: string) => set({ result: result === 'number' ? undefined : result })}
        />
        {wrong && (
          <Button size="small" onClick={() => set({ result: wrong.params.found === 'number' ? undefined : wrong.params.found })}>
            {t('build.useResult', { result: t(`build.results.${String(wrong.params.found)}`) })}
          </Button>
        )}
      </label>
      {['number', 'money', undefined].includes(options.result as string | undefined) && (
        <label className="setting">
          <span>{t('build.option.digits')}</span>
          <InputNumber
            min={0}
            max={12}
            value={(options.digits as number) ?? 2}
            onChange={(digits) => set({ digits: digits === 2 ? undefined : digits })}
          />
        </label>
      )}
    </>
  )
}
