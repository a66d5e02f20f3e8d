/** Conditions in nested groups; the one way to ask for "which records". */
import { Select } from 'antd'
import { drawn } from '../../kinds/fields/registry'
import { type Catalog, drawnType, type Field, fieldOf, type ObjectType, operatorsOf, systemFields } from '../catalog'
import { Icon } from '../Icon'
import { useWords } from '../i18n'
import { appendAt, type Filter, group, isGroup, type Path, replaceAt } from './model'
import { Operand } from './Operand'

interface Props {
  catalog: Catalog
  object: ObjectType
  value: Filter
  onChange: (filter: Filter) => void
}

export function filterFields(catalog: Catalog, object: ObjectType): Field[] {
  const own = object.fields.filter(
    (field) => field.filterable !== false && field.state !== 'masked' && Object.keys(operatorsOf(catalog, object, field)).length,
  )
  return [...own, ...Object.values(systemFields).filter((field) => field.filterable)]
}

export function FilterBuilder({ catalog, object, value, onChange }: Props) {
  return <Group catalog={catalog} object={object} root={value} node={value} path={[]} onChange={onChange} />
}

/** What people mean who have chosen no comparison yet: for texts a part, else the type's first. */
const usual = (operators: object) => ('contains' in operators ? 'contains' : (Object.keys(operators)[0] ?? 'eq'))

interface NodeProps extends Omit<Props, 'value'> {
  root: Filter
  node: Filter
  path: Path
}

function Group(props: NodeProps) {
  const { catalog, object, root, node, path, onChange } = props
  const { t } = useWords()
  const first = filterFields(catalog, object)[0]
  const condition = (): Filter => ({
    op: usual(operatorsOf(catalog, object, first as Field)),
    field: first?.key ?? '',
  })
  const children = node.of ?? []
  return (
    <fieldset className="filter-group">
      <div className="filter-head">
        <Select
          size="small"
          aria-label={t('filter.join')}
          value={node.op}
          onChange={(op: string) => onChange(replaceAt(root, path, { ...node, op }))}
          options={['and', 'or'].map((op) => ({ value: op, label: t(`filter.${op}`) }))}
        />
        {path.length > 0 && (
          <button
            type="button"
            className="icon-button"
            aria-label={t('action.remove')}
            onClick={() => onChange(replaceAt(root, path, null))}
          >
            <Icon name="close" />
          </button>
        )}
      </div>
      {children.map((child, index) => {
        const at = [...path, index]
        const Node = isGroup(child) ? Group : Condition
        return <Node key={at.join('.')} {...props} node={child} path={at} />
      })}
      <div className="filter-add">
        <button type="button" className="link" disabled={!first} onClick={() => onChange(appendAt(root, path, condition()))}>
          <Icon name="plus" /> {t('filter.add')}
        </button>
        {path.length < 3 && (
          <button
            type="button"
            className="link"
            disabled={!first}
            onClick={() => onChange(appendAt(root, path, group(node.op === 'and' ? 'or' : 'and', [condition()])))}
          >
            <Icon name="plus" /> {t('filter.addGroup')}
          </button>
        )}
      </div>
    </fieldset>
  )
}

function Condition({ catalog, object, root, node, path, onChange }: NodeProps) {
  const { t, say } = useWords()
  const field = fieldOf(object, node.field ?? '')
  const write = (next: Filter | null) => onChange(replaceAt(root, path, next))
  const fields = filterFields(catalog, object).map((item) => ({ value: item.key, label: say(item.labels, item.key) }))
  const operators = field ? operatorsOf(catalog, object, field) : {}
  const look = field ? drawn(catalog, object, field) : undefined
  const pickField = (key: string) => {
    const next = fieldOf(object, key)
    write({ op: next ? usual(operatorsOf(catalog, object, next)) : 'eq', field: key })
  }
  return (
    <div className="filter-row">
      <Select
        aria-label={t('filter.field')}
        showSearch={{ optionFilterProp: 'label' }}
        popupMatchSelectWidth={false}
        value={node.field ?? ''}
        onChange={pickField}
        options={fields}
      />
      <Select
        aria-label={t('filter.operator')}
        popupMatchSelectWidth={false}
        value={node.op}
        onChange={(op: string) =>
          write({
            op,
            field: node.field ?? '',
            ...(operators[op] === operators[node.op] && op !== 'in' && node.op !== 'in' ? { value: node.value } : {}),
          })
        }
        options={Object.keys(operators).map((name) => ({
          value: name,
          label: t(look?.control.operatorLabels?.[name] ?? `filter.${name}`, { defaultValue: name }),
        }))}
      />
      {field && look && (
        <Operand
          control={look.control}
          field={look.field}
          type={drawnType(catalog, object, field)}
          operator={node.op}
          operand={operators[node.op] ?? 'text'}
          value={node.value}
          onChange={(value) => write({ ...node, value })}
        />
      )}
      <button type="button" className="icon-button" aria-label={t('action.remove')} onClick={() => write(null)}>
        <Icon name="close" />
      </button>
    </div>
  )
}
