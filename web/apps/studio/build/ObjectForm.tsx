/** An object's own settings: names, key, picture, and the field that names its records. */
import { Input, Select } from 'antd'
import { useWords } from '../../../ui/i18n'
import { TextsInput } from '../edit/texts'
import { isKey, type ObjectDef } from './model'
import { IconPicker } from './pickers'
import { useTitles } from './server'

interface ObjectFormProps {
  owner: ObjectDef
  published: boolean
  problems: { place: { object: string; field: string; setting: string }; text: string }[]
  onChange: (changes: Partial<ObjectDef>, place?: string) => void
  /** Another key, while nothing is kept under the one it has. */
  onKey?: (key: string) => void
}

export function ObjectForm({ owner, published, problems, onChange, onKey }: ObjectFormProps) {
  const { t, say } = useWords()
  const titles = useTitles()
  const own = problems.filter((one) => !one.place.field)
  return (
    <div className="field-form">
      {own.length > 0 && (
        <ul className="problem-box" role="alert">
          {own.map((one) => (
            <li key={one.text}>{one.text}</li>
          ))}
        </ul>
      )}
      <TextsInput
        label={t('build.label')}
        value={owner.labels}
        onChange={(labels) => onChange({ labels }, `${owner.key}:labels`)}
      />
      <label className="setting">
        <span>{t('build.key')}</span>
        <Input
          value={owner.key}
          disabled={!onKey}
          aria-label={t('build.key')}
          {...(isKey(owner.key) ? {} : { status: 'error' as const })}
          onChange={(event) => onKey?.(event.target.value.toLowerCase().replace(/[^a-z0-9_]/g, ''))}
        />
        <small className="quiet">{t(published ? 'build.keyFixed' : onKey ? 'build.keyHelp' : 'build.keyBegun')}</small>
      </label>
      <IconPicker value={owner.icon ?? 'table'} onChange={(icon) => onChange({ icon })} />
      <label className="setting">
        <span>{t('build.titleField')}</span>
        <Select
          aria-label={t('build.titleField')}
          className="full"
          value={owner.title || null}
          options={owner.fields
            .filter((field) => !field.retired && titles(field.type))
            .map((field) => ({ value: field.key, label: say(field.labels, field.key) }))}
          onChange={(title: string) => onChange({ title })}
        />
        <small className="quiet">{t('build.titleHelp')}</small>
      </label>
      {owner.parent && (
        <p className="quiet">
          {t('build.isLines', { parent: say(owner.fields.find((field) => field.key === owner.parent)?.labels, owner.parent) })}
        </p>
      )}
    </div>
  )
}
