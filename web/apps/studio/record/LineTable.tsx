/** Editable rows of lines: one input per cell, a new row at the end. */
import { drawn } from '../../../kinds/fields/registry'
import { canWrite, type Field, type ObjectType, useCatalog } from '../../../ui/catalog'
import { Icon } from '../../../ui/Icon'
import { useWords } from '../../../ui/i18n'
import { Value } from '../../../ui/Value'

export type LineRow = { id?: string; _key: string } & Record<string, unknown>

interface Props {
  target: ObjectType
  parent: string
  rows: LineRow[]
  editing: boolean
  onChange: (rows: LineRow[]) => void
}

export const newLine = (): LineRow => ({ _key: crypto.randomUUID() })

export const lineFields = (target: ObjectType, parent: string): Field[] =>
  target.fields.filter((field) => field.key !== parent && field.type !== 'lines')

export function LineTable({ target, parent, rows, editing, onChange }: Props) {
  const catalog = useCatalog()
  const { t, say, language } = useWords()
  const fields = lineFields(target, parent)
  const write = (key: string, field: string, value: unknown) =>
    onChange(rows.map((row) => (row._key === key ? { ...row, [field]: value } : row)))
  return (
    <div className="lines">
      <table>
        <thead>
          <tr>
            <th>#</th>
            {fields.map((field) => (
              <th key={field.key} className={drawn(catalog, target, field).control.align ?? ''}>
                {say(field.labels, field.key)}
                {field.required && <span className="required" title={t('form.required')} />}
              </th>
            ))}
            {editing && <th aria-label={t('action.remove')} />}
          </tr>
        </thead>
        <tbody>
          {rows.map((row, index) => (
            <tr key={row._key}>
              <td className="quiet tabular">{index + 1}</td>
              {fields.map((field) => {
                const look = drawn(catalog, target, field)
                return (
                  <td key={field.key} className={look.control.align ?? ''}>
                    {editing && canWrite(field) ? (
                      <look.control.Input
                        value={row[field.key]}
                        field={look.field}
                        language={language}
                        onChange={(value: unknown) => write(row._key, field.key, value)}
                      />
                    ) : (
                      <Value object={target} field={field} value={row[field.key]} />
                    )}
                  </td>
                )
              })}
              {editing && (
                <td>
                  <button
                    type="button"
                    className="icon-button"
                    aria-label={t('action.remove')}
                    onClick={() => onChange(rows.filter((item) => item._key !== row._key))}
                  >
                    <Icon name="close" />
                  </button>
                </td>
              )}
            </tr>
          ))}
        </tbody>
      </table>
      {editing && (
        <button type="button" className="link" onClick={() => onChange([...rows, newLine()])}>
          <Icon name="plus" /> {t('lines.add')}
        </button>
      )}
      {!editing && rows.length === 0 && <p className="quiet">{t('lines.none')}</p>}
    </div>
  )
}
