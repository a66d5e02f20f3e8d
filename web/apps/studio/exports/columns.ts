/** Which columns an export can have: those of the list, all that may be seen, or a choice. */
import { type Catalog, type Field, type ObjectType, systemFields } from '../../../ui/catalog'

export type Choice = 'list' | 'all' | 'pick'

const own = (object: ObjectType): Field[] => object.fields.filter((field) => field.type !== 'lines')
const SYSTEM = ['owner', 'team', 'created_at', 'created_by', 'updated_at']

/** Everything of the object itself, in its order, then what every record has. */
export const allColumns = (object: ObjectType): string[] => [...own(object).map((field) => field.key), ...SYSTEM]

/** The list's columns that are no tables themselves. */
export const listColumns = (object: ObjectType, chosen: string[]): string[] =>
  chosen.filter((key) => object.fields.find((field) => field.key === key)?.type !== 'lines')

export const linesOf = (object: ObjectType): Field[] => object.fields.filter((field) => field.type === 'lines')

export interface Option {
  value: string
  label: string
}

/** What can be picked: own columns, and along relations one step further. */
export function options(
  catalog: Catalog,
  object: ObjectType,
  say: (texts: Field['labels'], otherwise: string) => string,
): Option[] {
  const near = allColumns(object).map((key) => {
    const field = object.fields.find((one) => one.key === key) ?? systemFields[key]
    return { value: key, label: say(field?.labels ?? {}, key) }
  })
  const far = object.fields
    .filter((field) => field.type === 'relation' && field.state !== 'masked')
    .flatMap((field) => {
      const target = catalog.objects[String(field.options.target)]
      return (target ? own(target) : [])
        .filter((one) => one.state !== 'masked' && one.type !== 'attachment')
        .map((one) => ({
          value: `${field.key}.${one.key}`,
          label: `${say(field.labels, field.key)} / ${say(one.labels, one.key)}`,
        }))
    })
  return [...near, ...far]
}
