/** What a row becomes: one or several objects, when a record exists already, and what is filled from elsewhere than one column. */
import { Button, Dropdown, Segmented, Select } from 'antd'
import { useState } from 'react'
import { Icon } from '../../../ui/Icon'
import { useWords } from '../../../ui/i18n'
import { type Context, calledOf, fillable, missingIn, nearTo, removeTarget, setField, setTarget, targetsOf } from './model'
import { OtherFields } from './OtherFields'
import { problemsAt } from './StepMap'
import type { ImportMap, Sheet, Target } from './server'
import type { Mapping } from './useMap'
import { fieldName, objectName, targetNames } from './words'

export function Targets({ mapping, sheet }: { mapping: Mapping; sheet: Sheet }) {
  const { t, language } = useWords()
  const { map, context } = mapping
  const names = targetNames(map, context.catalog, language)
  return (
    <section className="targets" aria-label={t('imports.map.become')}>
      {map.targets.map((target, index) => (
        <TargetCard
          key={calledOf(target)}
          mapping={mapping}
          sheet={sheet}
          target={target}
          index={index}
          name={names[index] ?? target.object}
        />
      ))}
    </section>
  )
}

interface CardProps {
  mapping: Mapping
  sheet: Sheet
  target: Target
  index: number
  name: string
}

const EXISTING = ['keep', 'update', 'skip'] as const

function TargetCard({ mapping, sheet, target, index, name }: CardProps) {
  const { t, say, language } = useWords()
  const [more, setMore] = useState(false)
  const { map, context, change, editable } = mapping
  const object = context.catalog.objects[target.object]
  const missing = missingIn(target, object)
  const own = problemsAt(mapping, index).filter((problem) => problem.params.rule !== 'import_required')
  const filled = fillable(object).filter((field) => field.key in target.fields)
  const links = Object.entries(target.fields).filter(([, value]) => value.record)
  const set = (changes: Partial<Target>) => change(setTarget(map, index, changes))
  const linked = (record: string) => {
    const at = map.targets.findIndex((other) => calledOf(other) === record)
    return targetNames(map, context.catalog, language)[at] ?? record
  }
  return (
    <article className="target" aria-label={name}>
      <div className="target-head">
        <Icon name={object?.icon ?? 'table'} size={20} />
        <h2 className="cut">{name}</h2>
        <span className="toolbar-space" />
        <Button size="small" type="text" aria-expanded={more} onClick={() => setMore(!more)}>
          <Icon name={more ? 'up' : 'settings'} /> {t('imports.map.more')}
        </Button>
        {editable && (
          <button
            type="button"
            className="icon-button"
            aria-label={t('imports.map.removeTarget', { name })}
            onClick={() => change(removeTarget(map, index))}
          >
            <Icon name="close" />
          </button>
        )}
      </div>
      {links.map(([key, value]) => (
        <p key={key} className="target-link">
          <Icon name="relation" />{' '}
          {t('imports.map.linked', { field: fieldName(object, language, key), name: linked(value.record ?? '') })}
        </p>
      ))}
      <div className="target-match">
        <label className="target-keys">
          <span className="quiet">{t('imports.map.match')}</span>
          <Select
            mode="multiple"
            className="grow"
            aria-label={`${t('imports.map.match')} ${name}`}
            placeholder={t('imports.map.matchNone')}
            disabled={!editable}
            value={target.match ?? []}
            options={filled.map((field) => ({ value: field.key, label: say(field.labels, field.key) }))}
            onChange={(match: string[]) => set({ match, ...(target.match?.length ? {} : { existing: 'update' as const }) })}
          />
        </label>
        {Boolean(target.match?.length) && (
          <Segmented
            size="small"
            aria-label={t('imports.map.existing')}
            disabled={!editable}
            value={target.existing ?? 'keep'}
            options={EXISTING.map((value) => ({ value, label: t(`imports.map.exists.${value}`) }))}
            onChange={(existing) => set({ existing })}
          />
        )}
      </div>
      {Boolean(target.match?.length) && (
        <p className="quiet target-help">{t(`imports.map.existsHelp.${target.existing ?? 'keep'}`)}</p>
      )}
      {missing.length > 0 && (
        <p className="danger-text target-help" role="status">
          <Icon name="warn" />{' '}
          {t('imports.map.mustFill', { fields: missing.map((field) => say(field.labels, field.key)).join(t('imports.comma')) })}
        </p>
      )}
      {own.map((problem) => (
        <p key={problem.pointer + problem.detail} className="danger-text target-help">
          <Icon name="warn" /> {problem.detail}
        </p>
      ))}
      {more && (
        <div className="target-more">
          {target.existing === 'update' && (
            <label className="setting">
              <span>{t('imports.map.onEmpty')}</span>
              <Select
                size="small"
                className="full"
                aria-label={t('imports.map.onEmpty')}
                value={target.on_empty ?? 'leave'}
                options={(['leave', 'clear'] as const).map((value) => ({ value, label: t(`imports.map.empty.${value}`) }))}
                onChange={(on_empty: 'leave' | 'clear') => set({ on_empty })}
              />
            </label>
          )}
          <ColumnSetting
            label={t('imports.map.when')}
            none={t('imports.map.whenAll')}
            sheet={sheet}
            value={target.when ?? ''}
            onChange={(when) => set({ when })}
          />
          <ColumnSetting
            label={t('imports.map.owner')}
            none={t('imports.map.ownerMe')}
            sheet={sheet}
            value={target.owner?.column ?? ''}
            onChange={(column) => set({ owner: column ? { column } : null })}
          />
          <OtherFields
            mapping={mapping}
            sheet={sheet}
            index={index}
            onField={(field, value) => change(setField(map, { target: index, field }, value), `${index}/${field}`)}
          />
        </div>
      )}
    </article>
  )
}

interface ColumnSettingProps {
  label: string
  none: string
  sheet: Sheet
  value: string
  onChange: (column: string) => void
}

function ColumnSetting({ label, none, sheet, value, onChange }: ColumnSettingProps) {
  return (
    <label className="setting">
      <span>{label}</span>
      <Select
        size="small"
        className="full"
        aria-label={label}
        showSearch={{ optionFilterProp: 'label' }}
        value={value}
        options={[{ value: '', label: none }, ...sheet.columns.map((column) => ({ value: column.name, label: column.name }))]}
        onChange={onChange}
      />
    </label>
  )
}

interface AddProps {
  context: Context
  map: ImportMap
  scores?: Record<string, number>
  onAdd: (object: string) => void
  /** As big tiles: the first choice of a map. */
  tiles?: boolean
}

/** Objects this person may make records of; those linked with the targets there are come first. */
export function AddTarget({ context, map, scores = {}, onAdd, tiles = false }: AddProps) {
  const { t, language } = useWords()
  const { catalog } = context
  const near = new Set(map.targets.flatMap((target) => nearTo(catalog, target.object)))
  const rank = (key: string) => -(scores[key] ?? 0) - (near.has(key) ? 10 : 0)
  const objects = targetsOf(catalog).sort((one, other) => rank(one.key) - rank(other.key))
  if (tiles)
    return (
      <div className="tiles">
        {objects.map((object) => (
          <button key={object.key} type="button" className="tile" onClick={() => onAdd(object.key)}>
            <Icon name={object.icon} size={20} />
            <span className="grow cut">{objectName(catalog, language, object.key)}</span>
            {(scores[object.key] ?? 0) > 0 && (
              <span className="quiet tabular">
                {t('imports.map.fits', { share: Math.round(100 * (scores[object.key] ?? 0)) })}
              </span>
            )}
          </button>
        ))}
      </div>
    )
  return (
    <Dropdown
      trigger={['click']}
      menu={{
        className: 'long-menu',
        items: objects.map((object) => ({
          key: object.key,
          icon: <Icon name={object.icon} />,
          label: objectName(catalog, language, object.key),
        })),
        onClick: ({ key }) => onAdd(key),
      }}
    >
      <Button type="dashed" size="small" icon={<Icon name="split" />}>
        {t('imports.map.addTarget')}
      </Button>
    </Dropdown>
  )
}
