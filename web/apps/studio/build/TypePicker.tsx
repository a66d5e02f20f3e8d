/** All field types by group, found by typing. */
import { Input, Modal } from 'antd'
import { useState } from 'react'
import { Icon } from '../../../ui/Icon'
import { useWords } from '../../../ui/i18n'
import { typeIcon } from './FieldList'
import type { FieldTypes } from './server'

const GROUPS = ['text', 'number', 'choice', 'date', 'contact', 'people', 'file', 'system', 'structure']
const STRUCTURE = ['relation', 'lines', 'lookup', 'rollup', 'formula']

interface Props {
  types: FieldTypes
  lines: boolean
  onPick: (type: string) => void
  onClose: () => void
}

export function TypePicker({ types, lines, onPick, onClose }: Props) {
  const { t } = useWords()
  const [search, setSearch] = useState('')
  const all = [
    ...Object.entries(types).map(([name, type]) => ({ name, group: type.group })),
    ...STRUCTURE.filter((name) => lines || name !== 'lines').map((name) => ({ name, group: 'structure' })),
  ].map((one) => ({
    ...one,
    label: t(`build.types.${one.name}`, { defaultValue: one.name }),
    help: t(`build.typeHelp.${one.name}`, { defaultValue: '' }),
  }))
  const wanted = search.trim().toLowerCase()
  const found = all.filter((one) => `${one.name} ${one.label} ${one.help}`.toLowerCase().includes(wanted))
  const groups = [...GROUPS, ...new Set(all.map((one) => one.group).filter((group) => !GROUPS.includes(group)))]
  return (
    <Modal open title={t('build.addField')} footer={null} onCancel={onClose} width={720} destroyOnHidden>
      <Input
        autoFocus
        allowClear
        aria-label={t('build.findType')}
        placeholder={t('build.findType')}
        value={search}
        onChange={(event) => setSearch(event.target.value)}
        onPressEnter={() => found[0] && onPick(found[0].name)}
      />
      <div className="type-groups">
        {groups.map((group) => {
          const members = found.filter((one) => one.group === group)
          return (
            members.length > 0 && (
              <section key={group}>
                <h2>{t(`build.groups.${group}`, { defaultValue: group })}</h2>
                <div className="type-tiles">
                  {members.map((one) => (
                    <button
                      key={one.name}
                      type="button"
                      className="type-tile"
                      data-type={one.name}
                      onClick={() => onPick(one.name)}
                    >
                      <Icon name={typeIcon(one.name)} size={20} />
                      <span>
                        {one.label}
                        <small>{one.help}</small>
                      </span>
                    </button>
                  ))}
                </div>
              </section>
            )
          )
        })}
        {!found.length && <p className="quiet">{t('build.noType')}</p>}
      </div>
    </Modal>
  )
}
