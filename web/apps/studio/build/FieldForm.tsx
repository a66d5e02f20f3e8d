/** One field with all its settings. */
import { Input, InputNumber, Select, Switch } from 'antd'
import { controlOf, isFiles, toWire } from '../../../kinds/fields/registry'
import { useWords } from '../../../ui/i18n'
import type { Found } from '../edit/model'
import { TextsInput, useProblemText } from '../edit/texts'
import { type Doc, type FieldDef, isKey, type ObjectDef, placeOf, proposeKey } from './model'
import { Settings } from './Settings'
import { Structural, useKnown } from './Structural'
import type { FieldTypes } from './server'

export const STRUCTURAL = ['relation', 'lines', 'lookup', 'rollup', 'formula']
export const COMPUTED = ['lookup', 'rollup', 'formula', 'auto_number', 'lines']
const NOT_UNIQUE = ['lines', 'lookup', 'formula', 'rollup', 'checkbox', 'long_text', 'tags', 'address']
/** Values of several parts have no default of their own. */
const NO_DEFAULT = ['person_name', 'address', 'tax_id']

interface Props {
  doc: Doc
  owner: ObjectDef
  field: FieldDef
  published: FieldDef | undefined
  types: FieldTypes
  problems: Found[]
  onChange: (changes: Partial<FieldDef>, place?: string) => void
  onOpen: (object: string) => void
}

export function FieldForm({ doc, owner, field, published, types, problems, onChange, onOpen }: Props) {
  const { t } = useWords()
  const sentence = useProblemText()
  const known = useKnown(doc)
  const mine = problems.filter((problem) => placeOf(problem).object === owner.key && placeOf(problem).field === field.key)
  const at = (setting: string) => mine.filter((problem) => placeOf(problem).setting.split('/')[0] === setting)
  const setOptions = (options: Record<string, unknown>, place: string) => onChange({ options }, place)
  const structural = STRUCTURAL.includes(field.type)
  const computed = COMPUTED.includes(field.type)
  const others = owner.fields.filter((one) => one !== field).map((one) => one.key)
  const follow = (labels: FieldDef['labels']): Partial<FieldDef> => {
    const automatic =
      !published &&
      (field.key.startsWith(`${field.type}_`) ||
        field.key === field.type ||
        field.key === proposeKey(field.labels.en ?? '', '', others))
    const key = proposeKey(labels.en ?? '', '', others)
    return automatic && key && !key.startsWith('_') ? { labels, key } : { labels }
  }
  const inner = types[field.type]
  const typeNames = Object.keys(types).filter((name) => Boolean(types[name]?.files) === isFiles(field.type))
  const toggle = (member: 'required' | 'unique' | 'searched' | 'sensitive', disabled = false) => (
    <label className="setting-switch">
      <Switch
        size="small"
        disabled={disabled}
        aria-label={t(`build.member.${member}`)}
        checked={Boolean(field[member])}
        onChange={(on) => onChange({ [member]: on })}
      />
      <span>
        {t(`build.member.${member}`)}
        <small>{t(`build.memberHelp.${member}`)}</small>
      </span>
    </label>
  )
  return (
    <div className="field-form">
      {mine.length > 0 && (
        <ul className="problem-box" role="alert">
          {mine.map((problem) => (
            <li key={problem.pointer + JSON.stringify(problem.params)}>{sentence(problem)}</li>
          ))}
        </ul>
      )}
      <TextsInput
        label={t('build.label')}
        value={field.labels}
        autoFocus={!published && !Object.keys(field.labels).length}
        invalid={at('labels').length > 0}
        onChange={(labels) => onChange(follow(labels), `${owner.key}:${owner.fields.indexOf(field)}:label`)}
      />
      <label className="setting">
        <span>{t('build.key')}</span>
        <Input
          value={field.key}
          disabled={Boolean(published)}
          aria-label={t('build.key')}
          {...(isKey(field.key) ? {} : { status: 'error' as const })}
          onChange={(event) => {
            const key = event.target.value.toLowerCase().replace(/[^a-z0-9_]/g, '')
            if (!others.includes(key)) onChange({ key }, `${owner.key}:${owner.fields.indexOf(field)}:key`)
          }}
        />
        <small className="quiet">{t(published ? 'build.keyFixed' : 'build.keyHelp')}</small>
      </label>
      <label className="setting">
        <span>{t('build.type')}</span>
        <Select
          aria-label={t('build.type')}
          className="full"
          showSearch={{ optionFilterProp: 'label' }}
          disabled={structural || isFiles(field.type)}
          value={field.type}
          options={(structural ? [field.type] : typeNames).map((name) => ({
            value: name,
            label: t(`build.types.${name}`, { defaultValue: name }),
          }))}
          onChange={(type: string) => {
            const keeps = ['select', 'tags', 'status'].includes(type) && ['select', 'tags', 'status'].includes(field.type)
            onChange({ type, options: keeps ? { options: field.options?.options ?? [] } : {}, default: undefined })
          }}
        />
        {published && published.type !== field.type && <small className="quiet">{t('build.typeChange')}</small>}
      </label>
      {structural ? (
        <Structural
          owner={owner}
          field={field}
          known={known}
          published={Boolean(published)}
          problems={mine}
          onChange={setOptions}
          onOpen={onOpen}
        />
      ) : (
        inner && (
          <Settings schema={inner.schema} field={field} published={published} fields={owner.fields} onChange={setOptions} />
        )
      )}
      <TextsInput label={t('build.help')} value={field.help} area onChange={(help) => onChange({ help }, `${field.key}:help`)} />
      {!computed && toggle('required')}
      {((!NOT_UNIQUE.includes(field.type) && !isFiles(field.type)) || field.unique) && toggle('unique')}
      {(inner?.searched || field.searched) && toggle('searched')}
      {field.type !== 'lines' && toggle('sensitive')}
      {!structural && !computed && !isFiles(field.type) && !NO_DEFAULT.includes(field.type) && (
        <Default field={field} onChange={(value) => onChange({ default: value }, `${field.key}:default`)} />
      )}
    </div>
  )
}

const MOVING: Record<string, string[]> = { date: ['today'], datetime: ['now'], user: ['me'], department: ['my_department'] }

function Default({ field, onChange }: { field: FieldDef; onChange: (value: unknown) => void }) {
  const { t, language } = useWords()
  const value = field.default
  const moving = value !== null && typeof value === 'object' && !Array.isArray(value) ? Object.keys(value)[0] : undefined
  const kinds = MOVING[field.type] ?? []
  const mode =
    value === undefined || value === null
      ? 'none'
      : moving && ['today', 'now', 'me', 'my_department'].includes(moving)
        ? moving
        : 'fixed'
  const fixed = !['user', 'department'].includes(field.type)
  const control = controlOf(field.type)
  const blank = field.type === 'checkbox' ? true : field.type === 'tags' ? [] : ''
  const pick = (next: string) => {
    if (next === 'none') onChange(undefined)
    else if (next === 'fixed') onChange(blank)
    else onChange({ [next]: next === 'today' ? 0 : true })
  }
  return (
    <div className="setting">
      <span>{t('build.default')}</span>
      <Select
        aria-label={t('build.default')}
        className="full"
        value={mode}
        options={['none', ...(fixed ? ['fixed'] : []), ...kinds].map((one) => ({
          value: one,
          label: t(`build.defaults.${one}`),
        }))}
        onChange={pick}
      />
      {mode === 'fixed' && (
        <control.Input
          value={value === '' ? null : value}
          language={language}
          field={{ key: field.key, type: field.type, labels: field.labels, options: field.options ?? {}, state: 'write' }}
          onChange={(next: unknown) =>
            onChange(
              toWire({ key: field.key, type: field.type, labels: {}, options: field.options ?? {}, state: 'write' }, next) ??
                blank,
            )
          }
        />
      )}
      {mode === 'today' && (
        <InputNumber
          aria-label={t('build.days')}
          suffix={t('build.days')}
          value={(value as { today: number }).today}
          onChange={(days) => onChange({ today: days ?? 0 })}
        />
      )}
    </div>
  )
}
