/** What a role allows on one object: which records, what may be done with them, and each field's state there. */
import { Button, Checkbox, Input, Select } from 'antd'
import { useState } from 'react'
import { useCatalog } from '../../../ui/catalog'
import { FilterBuilder } from '../../../ui/filter/FilterBuilder'
import { group, isGroup } from '../../../ui/filter/model'
import { Icon } from '../../../ui/Icon'
import { useWords } from '../../../ui/i18n'
import {
  type Grant,
  type Rights,
  type RightsField,
  type RightsObject,
  ROWS,
  type Rows,
  STATES,
  type State,
  stateOf,
  withField,
  withGrant,
} from './roles'

interface Props {
  object: RightsObject
  above: RightsObject | undefined
  rights: Rights
  open: boolean
  onOpen: () => void
  onChange: (rights: Rights | null) => void
}

export function RoleObject({ object, above, rights, open, onOpen, onChange }: Props) {
  const { t, say } = useWords()
  const grants = rights.grants ?? []
  const masked = object.fields.filter((field) => grants.some((grant) => stateOf(grant, field) === 'masked'))
  const name = say(object.labels, object.key)
  return (
    <section className={open ? 'role-object open' : 'role-object'}>
      <button type="button" className="role-head" aria-expanded={open} onClick={onOpen}>
        <Icon name={open ? 'down' : 'right'} />
        <strong>{name}</strong>
        <span className="quiet cut grow">{useSummary(rights, above)}</span>
      </button>
      {open && (
        <div className="role-body">
          {above ? (
            <p className="quiet">{t('admin.role.lines', { name: say(above.labels, above.key) })}</p>
          ) : (
            <div className="row wrap">
              <Checkbox
                checked={rights.create ?? false}
                onChange={(event) => onChange({ ...rights, create: event.target.checked })}
              >
                {t('admin.may.create')}
              </Checkbox>
              <Checkbox
                checked={rights.export ?? false}
                onChange={(event) => onChange({ ...rights, export: event.target.checked })}
              >
                {t('admin.may.export')}
              </Checkbox>
            </div>
          )}
          {grants.map((grant, index) => (
            <GrantBox
              // biome-ignore lint/suspicious/noArrayIndexKey: grants have no names; their order is theirs
              key={index}
              object={object}
              grant={grant}
              lines={above !== undefined}
              onChange={(next) => onChange(withGrant(rights, index, next))}
            />
          ))}
          {(!above || !grants.length) && (
            <Button
              size="small"
              icon={<Icon name="plus" />}
              onClick={() =>
                onChange(withGrant(rights, grants.length, { rows: above ? 'all' : 'own', actions: ['read'], default: 'read' }))
              }
            >
              {t(above ? 'admin.role.addLineFields' : grants.length ? 'admin.role.addMore' : 'admin.role.add')}
            </Button>
          )}
          {masked.length > 0 && (
            <label className="admin-field" htmlFor={`reveal-${object.key}`}>
              <span>{t('admin.role.reveal')}</span>
              <Select
                id={`reveal-${object.key}`}
                mode="multiple"
                optionFilterProp="label"
                value={rights.reveal ?? []}
                options={masked.map((field) => ({ value: field.key, label: say(field.labels, field.key) }))}
                onChange={(reveal) => onChange({ ...rights, reveal })}
              />
            </label>
          )}
        </div>
      )}
    </section>
  )
}

/** One line in words: what the role allows here. */
function useSummary(rights: Rights, above: RightsObject | undefined): string {
  const { t, say } = useWords()
  const grants = rights.grants ?? []
  if (above && !grants.length) return t('admin.role.asAbove', { name: say(above.labels, above.key) })
  if (!grants.length && !rights.create) return t('admin.role.nothing')
  const parts = grants.map((grant) => {
    const may = [...new Set(['read', ...(grant.actions ?? [])])].map((action) => t(`admin.may.${action}`)).join(t('build.comma'))
    return above ? t('admin.role.ownFields') : `${t(`admin.rows.${grant.rows}`)}: ${may}`
  })
  return [...(rights.create ? [t('admin.may.create')] : []), ...parts].join(' · ')
}

interface GrantProps {
  object: RightsObject
  grant: Grant
  lines: boolean
  onChange: (grant: Grant | null) => void
}

function GrantBox({ object, grant, lines, onChange }: GrantProps) {
  const { t } = useWords()
  const catalog = useCatalog()
  const known = catalog.objects[object.key]
  const actions = grant.actions ?? ['read']
  const setAction = (action: string, on: boolean) =>
    onChange({ ...grant, actions: on ? [...actions, action] : actions.filter((one) => one !== action) })
  const setRows = (rows: Rows) => {
    const { rule, ...rest } = grant
    onChange(rows === 'rule' ? { ...rest, rows, rule: rule ?? group('and') } : { ...rest, rows })
  }
  return (
    <div className="role-grant">
      <div className="row wrap">
        {!lines && (
          <>
            <Select
              aria-label={t('admin.role.rows')}
              value={grant.rows}
              popupMatchSelectWidth={false}
              options={ROWS.map((rows) => ({ value: rows, label: t(`admin.rows.${rows}`) }))}
              onChange={setRows}
            />
            <Checkbox checked disabled>
              {t('admin.may.read')}
            </Checkbox>
            {['update', 'delete'].map((action) => (
              <Checkbox
                key={action}
                checked={actions.includes(action)}
                onChange={(event) => setAction(action, event.target.checked)}
              >
                {t(`admin.may.${action}`)}
              </Checkbox>
            ))}
          </>
        )}
        <span className="toolbar-space" />
        <Button type="text" size="small" aria-label={t('admin.role.remove')} onClick={() => onChange(null)}>
          <Icon name="trash" />
        </Button>
      </div>
      {grant.rows === 'rule' && known && (
        <FilterBuilder
          catalog={catalog}
          object={known}
          value={grant.rule && isGroup(grant.rule) ? grant.rule : group('and', grant.rule ? [grant.rule] : [])}
          onChange={(rule) => onChange({ ...grant, rule })}
        />
      )}
      {grant.rows === 'rule' && !known && <p className="quiet">{t('admin.role.noRule')}</p>}
      <Fields object={object} grant={grant} onChange={onChange} />
    </div>
  )
}

const MANY = 8

function Fields({ object, grant, onChange }: Omit<GrantProps, 'lines'>) {
  const { t, say } = useWords()
  const [search, setSearch] = useState('')
  const [chosen, setChosen] = useState<string[]>([])
  const label = (field: RightsField) => say(field.labels, field.key)
  const shown = object.fields.filter((field) => `${label(field)} ${field.key}`.toLowerCase().includes(search.toLowerCase()))
  const states = (own: boolean) => [
    ...(own ? [{ value: '' as const, label: t('admin.role.otherwise') }] : []),
    ...STATES.map((state) => ({ value: state, label: t(`admin.role.state.${state}`) })),
  ]
  const setAll = (state: State | '') => {
    onChange(chosen.reduce((next, key) => withField(next, key, state), grant))
    setChosen([])
  }
  return (
    <div className="role-fields">
      <div className="row wrap">
        <span>{t('admin.role.default')}</span>
        <Select
          size="small"
          aria-label={t('admin.role.default')}
          value={grant.default ?? 'read'}
          popupMatchSelectWidth={false}
          options={states(false)}
          onChange={(state) => onChange({ ...grant, default: state as State })}
        />
        {object.fields.length > MANY && (
          <Input
            size="small"
            allowClear
            aria-label={t('admin.role.find')}
            placeholder={t('admin.role.find')}
            value={search}
            onChange={(event) => setSearch(event.target.value)}
          />
        )}
        {chosen.length > 0 && (
          <Select<State | ''>
            size="small"
            aria-label={t('admin.role.bulk', { count: chosen.length })}
            placeholder={t('admin.role.bulk', { count: chosen.length })}
            popupMatchSelectWidth={false}
            options={states(true)}
            onChange={setAll}
          />
        )}
      </div>
      <ul>
        {shown.map((field) => {
          const state = stateOf(grant, field)
          const named = grant.fields?.[field.key] ?? ''
          return (
            <li key={field.key} className={named ? 'named' : ''}>
              <Checkbox
                aria-label={label(field)}
                checked={chosen.includes(field.key)}
                onChange={(event) =>
                  setChosen(event.target.checked ? [...chosen, field.key] : chosen.filter((key) => key !== field.key))
                }
              />
              <span className="cut grow">
                {label(field)} {field.sensitive && <span className="pill">{t('admin.role.sensitive')}</span>}
              </span>
              <Select<State | ''>
                size="small"
                variant="borderless"
                aria-label={t('admin.role.stateOf', { field: label(field) })}
                value={named}
                popupMatchSelectWidth={false}
                options={states(true)}
                labelRender={() => <span className={`state-${state}`}>{t(`admin.role.state.${state}`)}</span>}
                onChange={(next) => onChange(withField(grant, field.key, next))}
              />
            </li>
          )
        })}
      </ul>
    </div>
  )
}
