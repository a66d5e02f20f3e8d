/** The picture of an object. */
import { Icon } from '../../../ui/Icon'
import { useWords } from '../../../ui/i18n'

const ICONS =
  'table list users user building message target box receipt money file tags star clock date status phone email link globe check percent number text select history apps'.split(
    ' ',
  )

export function IconPicker({ value, onChange }: { value: string; onChange: (icon: string) => void }) {
  const { t } = useWords()
  return (
    <div className="setting">
      <span>{t('build.icon')}</span>
      <div className="icons" role="radiogroup" aria-label={t('build.icon')}>
        {ICONS.map((name) => (
          // biome-ignore lint/a11y/useSemanticElements: a picture is chosen, drawn as a button
          <button
            key={name}
            type="button"
            role="radio"
            aria-checked={name === value}
            aria-label={name}
            onClick={() => onChange(name)}
          >
            <Icon name={name} size={20} />
          </button>
        ))}
      </div>
    </div>
  )
}
