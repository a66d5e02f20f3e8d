/** What differs between two versions, in words. */

import { Icon } from '../../../ui/Icon'
import { LANGUAGES, useWords } from '../../../ui/i18n'
import { same } from '../edit/model'
import { type Difference, differences, type FieldDef, type ObjectDef } from './model'

const ICONS = {
  added: 'plus',
  retired: 'trash',
  restored: 'restore',
  changed: 'build',
  order: 'sort',
  object: 'settings',
  created: 'plus',
}

interface Detail {
  name: string
  before: unknown
  after: unknown
}

const entries = (value: unknown): Record<string, unknown> =>
  value !== null && typeof value === 'object' && !Array.isArray(value) ? (value as Record<string, unknown>) : {}

/** The members of two objects that differ; items of a list with keys are compared by their key. */
function members(before: unknown, after: unknown): [string, unknown, unknown][] {
  const [one, other] = [entries(before), entries(after)]
  return [...new Set([...Object.keys(one), ...Object.keys(other)])]
    .filter((key) => !same(one[key], other[key]))
    .map((key) => [key, one[key], other[key]])
}

const keyed = (value: unknown): Record<string, unknown> =>
  Object.fromEntries((Array.isArray(value) ? value : []).map((item: { key: string }) => [item.key, item]))

const order = (value: unknown, among: Record<string, unknown>): string =>
  Object.keys(keyed(value))
    .filter((key) => key in among)
    .join()

export function Differences({ before, after }: { before: ObjectDef | undefined; after: ObjectDef }) {
  const { t, say } = useWords()
  const found = differences(before, after)
  const named = (names: string[]) => names.map((name) => t(`build.member.${name}`)).join(t('build.comma'))
  const sentence = (one: Difference): string => {
    switch (one.what) {
      case 'changed':
        return t('build.diff.changed', { field: say(one.field.labels, one.field.key), members: named(one.members) })
      case 'object':
        return t('build.diff.object', { members: named(one.members) })
      case 'order':
      case 'created':
        return t(`build.diff.${one.what}`)
      default:
        return t(`build.diff.${one.what}`, {
          field: say(one.field.labels, one.field.key),
          type: t(`build.types.${one.field.type}`, { defaultValue: one.field.type }),
        })
    }
  }
  const setting = (name: string) => t(`build.detail.${name}`, { defaultValue: t(`build.option.${name}`, { defaultValue: name }) })
  const texts = (label: string, one: unknown, other: unknown): Detail[] =>
    members(one, other).map(([code, was, is]) => ({
      name: `${label} ${LANGUAGES[code as keyof typeof LANGUAGES] ?? code}`,
      before: was,
      after: is,
    }))
  const choices = (one: unknown, other: unknown): Detail[] => {
    const [was, is] = [keyed(one), keyed(other)]
    const label = (item: unknown, key: string) => say((item as { labels?: Record<string, string> } | undefined)?.labels, key)
    const details = members(was, is).flatMap(([key, old, now]): Detail[] => {
      const name = label(now ?? old, key)
      if (!old || !now) return [{ name: t('build.detail.choice'), before: old ? name : undefined, after: now ? name : undefined }]
      return members(old, now).flatMap(([part, from, to]) =>
        part === 'labels'
          ? texts(name, from, to)
          : [{ name: `${name} · ${setting(part)}`, before: value(part, from), after: value(part, to) }],
      )
    })
    const moved = order(one, is) !== order(other, was)
    const line = (list: Record<string, unknown>) =>
      Object.entries(list)
        .map(([key, item]) => label(item, key))
        .join(t('build.comma'))
    return moved ? [...details, { name: t('build.member.order'), before: line(was), after: line(is) }] : details
  }
  const value = (part: string, inner: unknown): unknown =>
    part === 'color' && inner
      ? t(`build.colour.${String(inner)}`, { defaultValue: String(inner) })
      : part === 'category' && inner
        ? t(`build.categories.${String(inner)}`, { defaultValue: String(inner) })
        : part === 'next' && !inner
          ? t('build.anywhere')
          : inner
  const details = (one: FieldDef | ObjectDef, other: FieldDef | ObjectDef, names: string[]): Detail[] =>
    names.flatMap((member): Detail[] => {
      const [was, is] = [one[member as 'labels'] as unknown, other[member as 'labels'] as unknown]
      if (member === 'labels' || member === 'help') return texts(t(`build.member.${member}`), was, is)
      if (member === 'options')
        return members(was, is).flatMap(([name, from, to]) =>
          name === 'options'
            ? choices(from, to)
            : name === 'inverse_labels'
              ? texts(t('build.inverseLabels'), from, to)
              : [{ name: setting(name), before: from, after: to }],
        )
      const typed = (type: unknown) => (member === 'type' ? t(`build.types.${String(type)}`, { defaultValue: type }) : type)
      return [{ name: t(`build.member.${member}`), before: typed(was), after: typed(is) }]
    })
  const shown = (inner: unknown): string =>
    inner === undefined || inner === null || inner === false || inner === ''
      ? '–'
      : inner === true
        ? t('common.yes')
        : Array.isArray(inner) && inner.every((item) => typeof item === 'string')
          ? inner.join(t('build.comma')) || '–'
          : typeof inner === 'object'
            ? JSON.stringify(inner)
            : String(inner)
  const lines = (one: Difference): Detail[] =>
    one.what === 'changed'
      ? details(one.before, one.field, one.members)
      : one.what === 'object' && before
        ? details(before, after, one.members)
        : []
  if (!found.length) return <p className="quiet">{t('build.diff.none')}</p>
  return (
    <ul className="differences">
      {found.map((one) => (
        <li key={`${one.what}${'field' in one ? one.field.key : ''}`} className={one.what}>
          <Icon name={ICONS[one.what]} /> <span>{sentence(one)}</span>
          {lines(one).length > 0 && (
            <dl>
              {lines(one).map((line) => (
                <div key={line.name + shown(line.before) + shown(line.after)}>
                  <dt>{line.name}</dt>
                  <dd>
                    <del>{shown(line.before)}</del> → <ins>{shown(line.after)}</ins>
                  </dd>
                </div>
              ))}
            </dl>
          )}
        </li>
      ))}
    </ul>
  )
}
