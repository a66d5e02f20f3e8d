/** Text with places for columns: "{First name} {Last name}". */
import { Dropdown, Input, type InputRef } from 'antd'
import { useRef } from 'react'
import { Icon } from '../../../ui/Icon'
import { useWords } from '../../../ui/i18n'
import type { Sheet } from './server'

interface Props {
  label: string
  sheet: Sheet
  value: string
  onChange: (template: string) => void
}

export function TemplateInput({ label, sheet, value, onChange }: Props) {
  const { t } = useWords()
  const box = useRef<InputRef>(null)
  const insert = (column: string) => {
    const at = box.current?.input?.selectionStart ?? value.length
    onChange(`${value.slice(0, at)}{${column}}${value.slice(at)}`)
    box.current?.focus()
  }
  return (
    <span className="template">
      <Input
        ref={box}
        size="small"
        aria-label={t('imports.map.templateOf', { name: label })}
        value={value}
        spellCheck={false}
        onChange={(event) => onChange(event.target.value)}
      />
      <Dropdown
        trigger={['click']}
        menu={{
          className: 'long-menu',
          items: sheet.columns.map((column) => ({ key: column.name, label: column.name })),
          onClick: ({ key }) => insert(key),
        }}
      >
        <button type="button" className="icon-button" aria-label={t('imports.map.insertColumn')}>
          <Icon name="plus" />
        </button>
      </Dropdown>
    </span>
  )
}
