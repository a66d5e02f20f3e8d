/** What differs between two views, layouts or menus, member by member in words. */

import { systemFields, type Texts } from '../../../ui/catalog'
import type { Filter, Sort } from '../../../ui/filter/model'
import { LANGUAGES, useWords } from '../../../ui/i18n'
import { same } from '../edit/model'
import type { Body, Incoming } from './files'

interface Line {
  name: string
  before: string[]
  after: string[]
}

/** Names of fields and objects, out of the file and of what is here. */
export interface Names {
  definition: (one: Incoming) => string
  object: (key: string) => string
  field: (object: string, key: string) => string
  /** A value as its field's option is called, else as it is. */
  option: (object: string, field: string, value: unknown) => string
}

interface Props {
  before: Body | null
  after: Body
  names: Names
}

type Members = Record<string, unknown>
const BESIDE = new Set(['kind', 'key', 'version', 'object'])

export function MemberDifferences({ before, after, names }: Props) {
  const { t, say } = useWords()
  const owner = after.object ?? ''
  const field = (key: string) => (key in systemFields ? say(systemFields[key]?.labels, key) : names.field(owner, key))
  const condition = (one: Filter): string =>
    one.of
      ? `${t(`filter.${one.op}`)} (${one.of.map(condition).join(t('build.comma'))})`
      : [field(one.field ?? ''), t(`filter.${one.op}`, { defaultValue: one.op }), operand(one)].filter(Boolean).join(' ')
  const operand = (one: Filter) =>
    (Array.isArray(one.value) ? one.value : [one.value])
      .map((value) => names.option(owner, one.field ?? '', value))
      .join(t('build.comma'))
  const texts = (value: unknown): string[] =>
    Object.entries((value ?? {}) as Texts).map(([code, text]) => `${LANGUAGES[code as keyof typeof LANGUAGES] ?? code}: ${text}`)
  const items = (member: string, value: unknown): string[] => {
    if (value === undefined || value === null) return []
    if (member === 'labels') return texts(value)
    if (member === 'filter') return [condition(value as Filter)]
    if (member === 'sort') return (value as Sort[]).map((one) => `${field(one.field)} ${one.descending ? '↓' : '↑'}`)
    if (member === 'objects') return (value as string[]).map(names.object)
    if (member === 'related')
      return (value as string[]).map((path) => {
        const [object = '', relation = ''] = path.split('.')
        return `${names.object(object)} › ${names.field(object, relation)}`
      })
    if (member === 'columns' || member === 'create') return (value as string[]).map(field)
    if (member === 'sections')
      return (value as { labels: Texts; fields: string[] }[]).flatMap((one) =>
        one.fields.map((key) => `${say(one.labels, '–')} › ${field(key)}`),
      )
    if (member === 'widths') return Object.entries(value as Record<string, number>).map(([key, wide]) => `${field(key)} ${wide}`)
    return [shown(value)]
  }
  const was = (before ?? {}) as unknown as Members
  const is = after as unknown as Members
  const lines: Line[] = [...new Set([...Object.keys(was), ...Object.keys(is)])]
    .filter((member) => !BESIDE.has(member) && !same(was[member] ?? null, is[member] ?? null))
    .map((member) => ({
      name: t(`definitions.member.${member}`, { defaultValue: member }),
      before: items(member, was[member]),
      after: items(member, is[member]),
    }))
  if (!lines.length) return <p className="quiet">{t('build.diff.none')}</p>
  return (
    <dl className="member-differences">
      {lines.map((line) => (
        <div key={line.name}>
          <dt>{line.name}</dt>
          <dd>
            <Change {...line} fresh={!before} />
          </dd>
        </div>
      ))}
    </dl>
  )
}

/** What went and what came; nothing of either is another order. Of something new it is only said what it is. */
function Change({ before, after, fresh }: Line & { fresh: boolean }) {
  const { t } = useWords()
  const gone = before.filter((item) => !after.includes(item))
  const come = after.filter((item) => !before.includes(item))
  if (!gone.length && !come.length)
    return (
      <>
        {t('definitions.order')} <ins>{after.join(t('build.comma'))}</ins>
      </>
    )
  return (
    <>
      {gone.length > 0 && <del>{gone.join(t('build.comma'))}</del>}
      {gone.length > 0 && come.length > 0 && ' → '}
      {!gone.length && !fresh && '+ '}
      {come.length > 0 && <ins>{come.join(t('build.comma'))}</ins>}
    </>
  )
}

export const shown = (value: unknown): string =>
  value === undefined || value === null ? '' : typeof value === 'object' ? JSON.stringify(value) : String(value)
