/** One rule: what it compares and how, how sure it is, and which relation it fills. */
import { Button, Segmented, Select } from 'antd'
import { Icon } from '../../../ui/Icon'
import { useWords } from '../../../ui/i18n'
import type { Found } from '../edit/model'
import { TextsInput, useProblemText } from '../edit/texts'
import type { FieldDef, ObjectDef } from './model'
import { type Rule, STRENGTHS, type Strength, type Term } from './quality'
import type { FieldTypes } from './server'

interface Props {
  rule: Rule
  owner: ObjectDef
  objects: Record<string, ObjectDef>
  types: FieldTypes
  open: boolean
  problems: Found[]
  onOpen: () => void
  onChange: (rule: Rule | null, place?: string) => void
  onUp: (() => void) | undefined
  onDown: (() => void) | undefined
}

/** The forms in which a field's values can be compared. */
const formsOf = (types: FieldTypes, field: FieldDef | undefined): string[] =>
  !field ? [] : field.type === 'relation' ? [''] : (types[field.type]?.forms ?? [])

export function QualityRule(props: Props) {
  const { rule, owner, objects, types, open, problems, onOpen, onChange, onUp, onDown } = props
  const { t, say } = useWords()
  const sentence = useProblemText()
  const target = rule.across ? objects[rule.across] : owner
  const comparable = (object: ObjectDef | undefined) =>
    (object?.fields ?? [])
      .filter((field) => !field.retired && formsOf(types, field).length)
      .map((field) => ({ value: field.key, label: say(field.labels, field.key) }))
  const others = Object.values(objects).filter((one) => one.key !== owner.key)
  const term = (index: number, changed: Partial<Term> | null) => {
    const terms = [...rule.terms]
    if (changed) terms[index] = { ...(terms[index] ?? { field: '' }), ...changed }
    else terms.splice(index, 1)
    onChange({ ...rule, terms })
  }
  const name = say(rule.labels, '') || t('build.quality.unnamed')
  return (
    <li className={problems.length ? 'rule wrong-rule' : 'rule'}>
      <div className="row">
        <button type="button" className="rule-head" aria-expanded={open} onClick={onOpen}>
          <Icon name={open ? 'down' : 'right'} />
          <strong className="cut">{name}</strong>
          <span className={`pill ${{ certain: 'green', likely: 'blue', hint: 'grey' }[rule.strength ?? 'likely']}`}>
            {t(`duplicates.is.${rule.strength ?? 'likely'}`)}
          </span>
          {rule.across && <span className="pill teal">{say(objects[rule.across]?.labels, rule.across)}</span>}
        </button>
        <button type="button" className="icon-button" disabled={!onUp} aria-label={t('columns.up')} onClick={onUp}>
          <Icon name="up" />
        </button>
        <button type="button" className="icon-button" disabled={!onDown} aria-label={t('columns.down')} onClick={onDown}>
          <Icon name="down" />
        </button>
        <button
          type="button"
          className="icon-button"
          aria-label={t('build.quality.removeRule', { name })}
          onClick={() => onChange(null)}
        >
          <Icon name="trash" />
        </button>
      </div>
      {problems.length > 0 && (
        <ul className="problem-box" role="alert">
          {problems.map((one) => (
            <li key={one.pointer + JSON.stringify(one.params)}>{sentence(one)}</li>
          ))}
        </ul>
      )}
      {open && (
        <div className="rule-body">
          <TextsInput
            label={t('build.label')}
            value={rule.labels}
            onChange={(labels) => onChange({ ...rule, labels }, `${rule.key}:labels`)}
          />
          <div className="setting">
            <span>{t('build.quality.strength')}</span>
            <Segmented<Strength>
              aria-label={t('build.quality.strength')}
              value={rule.strength ?? 'likely'}
              options={STRENGTHS.map((one) => ({ value: one, label: t(`duplicates.is.${one}`) }))}
              onChange={(strength) => onChange({ ...rule, strength })}
            />
          </div>
          <label className="setting">
            <span>{t('build.quality.with')}</span>
            <Select
              className="full"
              aria-label={t('build.quality.with')}
              value={rule.across ?? ''}
              options={[
                { value: '', label: t('build.quality.same', { name: say(owner.labels, owner.key) }) },
                ...others.map((one) => ({ value: one.key, label: say(one.labels, one.key) })),
              ]}
              onChange={(across: string) =>
                onChange({
                  key: rule.key,
                  labels: rule.labels,
                  ...(rule.strength ? { strength: rule.strength } : {}),
                  terms: rule.terms.map((one) => ({ field: one.field, ...(one.by ? { by: one.by } : {}) })),
                  ...(across ? { across } : {}),
                })
              }
            />
          </label>
          <fieldset className="terms">
            <legend>{t('build.quality.terms')}</legend>
            {rule.terms.map((one, index) => (
              // biome-ignore lint/suspicious/noArrayIndexKey: a term is its place
              <div key={index} className={rule.across ? 'term across' : 'term'}>
                <TermSide
                  named={Boolean(rule.across)}
                  label={say(owner.labels, owner.key)}
                  fields={comparable(owner)}
                  field={one.field}
                  form={one.by ?? ''}
                  forms={formsOf(
                    types,
                    owner.fields.find((field) => field.key === one.field),
                  )}
                  onField={(field) => term(index, { field, by: '' })}
                  onForm={(by) => term(index, { by })}
                />
                {rule.across && (
                  <TermSide
                    named
                    label={say(target?.labels, rule.across)}
                    fields={comparable(target)}
                    field={one.other ?? ''}
                    form={one.other_by ?? ''}
                    forms={formsOf(
                      types,
                      target?.fields.find((field) => field.key === one.other),
                    )}
                    onField={(other) => term(index, { other, other_by: '' })}
                    onForm={(other_by) => term(index, { other_by })}
                  />
                )}
                <button
                  type="button"
                  className="icon-button"
                  disabled={rule.terms.length < 2}
                  aria-label={t('action.remove')}
                  onClick={() => term(index, null)}
                >
                  <Icon name="close" />
                </button>
              </div>
            ))}
            <Button
              size="small"
              icon={<Icon name="plus" />}
              disabled={rule.terms.length > 4}
              onClick={() => onChange({ ...rule, terms: [...rule.terms, { field: '' }] })}
            >
              {t('build.quality.addTerm')}
            </Button>
          </fieldset>
          {rule.across && target && <Filling {...{ rule, owner, target, onChange }} />}
        </div>
      )}
    </li>
  )
}

interface SideProps {
  named: boolean
  label: string
  fields: { value: string; label: string }[]
  field: string
  form: string
  forms: string[]
  onField: (field: string) => void
  onForm: (form: string) => void
}

function TermSide({ named, label, fields, field, form, forms, onField, onForm }: SideProps) {
  const { t } = useWords()
  return (
    <>
      {named && <small className="quiet">{label}</small>}
      <Select
        aria-label={`${label}: ${t('build.quality.field')}`}
        placeholder={label}
        value={field || null}
        options={fields}
        showSearch={{ optionFilterProp: 'label' }}
        onChange={(value: string) => onField(value)}
      />
      <Select
        aria-label={`${label}: ${t('build.quality.form')}`}
        disabled={forms.length < 2}
        value={form}
        options={forms.map((one) => ({ value: one, label: t(`build.form.${one || 'fold'}`, { defaultValue: one }) }))}
        onChange={(value: string) => onForm(value)}
      />
    </>
  )
}

interface FillingProps {
  rule: Rule
  owner: ObjectDef
  target: ObjectDef
  onChange: (rule: Rule) => void
}

const FIXED = ['lines', 'lookup', 'rollup', 'formula', 'attachment', 'image', 'auto_number']

/** The relation that a new record gets, and what comes along with it. */
function Filling({ rule, owner, target, onChange }: FillingProps) {
  const { t, say } = useWords()
  const live = (object: ObjectDef) => object.fields.filter((field) => !field.retired)
  const links = live(owner).filter((field) => field.type === 'relation' && field.options?.target === target.key)
  const fits = (one: FieldDef, other: FieldDef) =>
    one.type === other.type && !FIXED.includes(one.type) && one.options?.target === other.options?.target
  const carried = Object.entries(rule.carry ?? {})
  const free = live(owner).filter(
    (field) => field.key !== rule.link && !(field.key in (rule.carry ?? {})) && live(target).some((other) => fits(field, other)),
  )
  const carry = (entries: [string, string][]) => onChange({ ...rule, carry: Object.fromEntries(entries) })
  return (
    <>
      <label className="setting">
        <span>{t('build.quality.link')}</span>
        <Select
          className="full"
          aria-label={t('build.quality.link')}
          value={rule.link ?? ''}
          options={[
            { value: '', label: t('build.quality.noLink') },
            ...links.map((field) => ({ value: field.key, label: say(field.labels, field.key) })),
          ]}
          onChange={(link: string) => {
            const { link: _old, carry: _carried, ...rest } = rule
            onChange(link ? { ...rule, link } : rest)
          }}
        />
        <small className="quiet">{t('build.quality.linkText')}</small>
      </label>
      {rule.link && (
        <fieldset className="terms">
          <legend>{t('build.quality.carry')}</legend>
          {carried.map(([own, other]) => {
            const mine = live(owner).find((field) => field.key === own)
            return (
              <div key={own} className="term">
                <span className="cut">{say(mine?.labels, own)}</span>
                <Select
                  aria-label={t('build.quality.carryFrom', { name: say(mine?.labels, own) })}
                  value={other || null}
                  options={live(target)
                    .filter((field) => mine && fits(mine, field))
                    .map((field) => ({ value: field.key, label: say(field.labels, field.key) }))}
                  onChange={(value: string) => carry(carried.map((one) => (one[0] === own ? [own, value] : one)))}
                />
                <button
                  type="button"
                  className="icon-button"
                  aria-label={t('action.remove')}
                  onClick={() => carry(carried.filter((one) => one[0] !== own))}
                >
                  <Icon name="close" />
                </button>
              </div>
            )
          })}
          <Select
            aria-label={t('build.quality.addCarry')}
            placeholder={t('build.quality.addCarry')}
            value={null}
            disabled={!free.length}
            options={free.map((field) => ({ value: field.key, label: say(field.labels, field.key) }))}
            onChange={(own: string | null) => {
              const mine = free.find((field) => field.key === own)
              const other = mine && live(target).find((field) => fits(mine, field))
              if (own && other) carry([...carried, [own, other.key]])
            }}
          />
        </fieldset>
      )}
    </>
  )
}
