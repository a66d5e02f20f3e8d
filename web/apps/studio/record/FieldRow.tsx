/** A label and its value; a click edits, a masked value can be revealed where that is allowed. */
import { useState } from 'react'
import { controlOf, isWide } from '../../../kinds/fields/registry'
import { api, type Row } from '../../../ui/api'
import { canWrite, type Field, type ObjectType } from '../../../ui/catalog'
import { EditCell } from '../../../ui/EditCell'
import { Icon } from '../../../ui/Icon'
import { useWords } from '../../../ui/i18n'
import { sayProblem } from '../../../ui/toast'
import { isBlank, isMasked, stateOf, Value } from '../../../ui/Value'

interface Props {
  object: ObjectType
  row: Row
  field: Field
  mayUpdate: boolean
  onSave: (value: unknown) => void
}

export function FieldRow({ object, row, field, mayUpdate, onSave }: Props) {
  const { t, say, language } = useWords()
  const { Page } = controlOf(field.type)
  const [editing, setEditing] = useState(false)
  const [revealed, setRevealed] = useState<{ value: unknown } | null>(null)
  const value = row[field.key]
  const masked = isMasked(value)
  const writable = mayUpdate && canWrite(field) && !masked && stateOf(row, field) === 'write'
  const reveal = async () => {
    try {
      const found = await api.reveal(object.key, row.id, field.key)
      setRevealed(found && typeof found === 'object' && 'value' in found ? found : { value: found })
    } catch (problem) {
      sayProblem(problem)
    }
  }
  const shown = masked && revealed ? revealed.value : value
  const label = say(field.labels, field.key)
  return (
    <div className={isWide(field) ? 'field wide' : 'field'}>
      <dt title={say(field.help)}>
        {label}
        {field.required && <span className="required" title={t('form.required')} />}
      </dt>
      <dd>
        {editing ? (
          <EditCell object={object} field={field} value={value} onSave={onSave} onClose={() => setEditing(false)} />
        ) : (
          <span className="field-value">
            {Page && !masked && !isBlank(value) ? (
              <Page
                value={value}
                field={field}
                language={language}
                address={(file) => api.fileAddress(object.key, row.id, field.key, file)}
              />
            ) : (
              <Value object={object} field={field} value={shown} />
            )}
            {isBlank(shown) && !writable && <span className="quiet">–</span>}
            {masked && field.reveal && !revealed && (
              <button type="button" className="link" onClick={() => void reveal()}>
                <Icon name="eye" /> {t('value.reveal')}
              </button>
            )}
            {writable && (
              <button
                type="button"
                className="edit-button"
                aria-label={t('record.edit', { field: label })}
                onClick={() => setEditing(true)}
              >
                {isBlank(shown) ? <span className="quiet">{t('record.add')}</span> : <Icon name="build" />}
              </button>
            )}
          </span>
        )}
      </dd>
    </div>
  )
}
