/** What a misspelt text probably means: the nearest choice of its field, in whatever language it was written. */
import { choicesOf } from '../../../kinds/fields/choices'
import type { Field } from '../../../ui/catalog'
import { countries } from '../../../ui/format'

const LANGUAGES = ['en', 'zh-CN', 'de', 'fr', 'es', 'it', 'pt', 'nl', 'pl', 'ru', 'ja']
const SHORTEST = 4

const fold = (text: string) =>
  text
    .normalize('NFKD')
    .replace(/\p{M}/gu, '')
    .toLowerCase()
    .replace(/[\s.,'’()-]+/g, ' ')
    .trim()

/** Changes from one text to another, a swap of neighbours being one (optimal string alignment); anything above `most` is `most` + 1. */
export function distance(one: string, other: string, most: number): number {
  if (Math.abs(one.length - other.length) > most) return most + 1
  let before: number[] = []
  let last = Array.from({ length: other.length + 1 }, (_, index) => index)
  for (let row = 1; row <= one.length; row++) {
    const now = [row]
    for (let column = 1; column <= other.length; column++) {
      const same = one[row - 1] === other[column - 1] ? 0 : 1
      let least = Math.min((now[column - 1] ?? 0) + 1, (last[column] ?? 0) + 1, (last[column - 1] ?? 0) + same)
      if (row > 1 && column > 1 && one[row - 1] === other[column - 2] && one[row - 2] === other[column - 1])
        least = Math.min(least, (before[column - 2] ?? 0) + 1)
      now.push(least)
    }
    before = last
    last = now
  }
  return Math.min(last[other.length] ?? most + 1, most + 1)
}

const names = new Map<string, [string, string][]>()

function choices(field: Field): [string, string][] {
  if (field.type !== 'country')
    return choicesOf(field)
      .filter((choice) => !choice.retired)
      .flatMap((choice) =>
        [choice.key, ...Object.values(choice.labels ?? {})].map((name): [string, string] => [choice.key, fold(name)]),
      )
  if (!names.has('country'))
    names.set(
      'country',
      LANGUAGES.flatMap((language) => countries(language).map(({ code, name }): [string, string] => [code, fold(name)])),
    )
  return names.get('country') ?? []
}

/** The choice a text probably means; nothing where several are as near, or none is. */
export function nearest(field: Field | undefined, text: string): string | undefined {
  if (!field || !['country', 'select', 'status'].includes(field.type)) return undefined
  const sought = fold(text)
  if (sought.length < SHORTEST) return undefined
  const most = sought.length < 7 ? 1 : 2
  let best = most + 1
  const found = new Set<string>()
  for (const [key, name] of choices(field)) {
    const far = distance(sought, name, most)
    if (far > most || far > best) continue
    if (far < best) found.clear()
    best = far
    found.add(key)
  }
  return found.size === 1 ? [...found][0] : undefined
}
