/** How imports are spoken of: states, figures, columns. */
import type { TFunction } from 'i18next'
import { type Catalog, fieldOf, type ObjectType } from '../../../ui/catalog'
import { number } from '../../../ui/format'
import { sayIn } from '../../../ui/i18n'
import { calledOf } from './model'
import type { Counts, ImportLine, ImportMap, State, TargetCounts } from './server'

export const TONES: Record<State, string> = {
  reading: 'blue',
  mapping: 'amber',
  trying: 'blue',
  ready: 'amber',
  running: 'blue',
  paused: 'amber',
  done: 'green',
  failed: 'red',
  cancelled: 'grey',
  undoing: 'blue',
  undone: 'grey',
}

export const shareOf = (counts: Counts | null | undefined): number =>
  counts?.of ? Math.min(100, Math.floor((100 * counts.rows) / counts.of)) : 0

/** "1 200 of 3 000 rows", or what is known before the end is. */
export function progressWords(t: TFunction, language: string, counts: Counts | null): string {
  if (!counts) return ''
  const rows = number(counts.rows, language)
  return counts.of ? t('imports.progressOf', { rows, of: number(counts.of, language) }) : t('imports.progressRead', { rows })
}

/** What came of it, in one line. */
export function outcome(t: TFunction, language: string, one: ImportLine): string {
  const counts = one.progress
  if (!counts || counts.stage === 'read') return ''
  const say = (key: string, count: number) => t(`imports.outcome.${key}`, { count, shown: number(count, language) })
  if (counts.stage === 'undo')
    return [say('deleted', counts.deleted ?? 0), ...(counts.kept ? [say('kept', counts.kept)] : [])].join(t('imports.dot'))
  return [say('loaded', counts.loaded), ...(one.waiting ? [say('waiting', one.waiting)] : [])].join(t('imports.dot'))
}

export const objectName = (catalog: Catalog, language: string, key: string): string =>
  sayIn(catalog.objects[key]?.labels, language, key)

export const fieldName = (object: ObjectType | undefined, language: string, key: string): string =>
  sayIn((object && fieldOf(object, key))?.labels, language, key)

/** Names of a map's targets: the object's, with a number where several are of one object. */
export function targetNames(map: ImportMap, catalog: Catalog, language: string): string[] {
  const seen: Record<string, number> = {}
  return map.targets.map((target) => {
    const count = (seen[target.object] ?? 0) + 1
    seen[target.object] = count
    return objectName(catalog, language, target.object) + (count > 1 ? ` ${count}` : '')
  })
}

/** The name of a key of counts: a target's, or of the records that a relation of it made ("contact.customer"). */
export function countedName(
  map: ImportMap | null,
  catalog: Catalog,
  language: string,
  key: string,
): { object: string; name: string } {
  const [called = '', relation = ''] = key.split('.')
  const index = map?.targets.findIndex((target) => calledOf(target) === called) ?? -1
  const target = map?.targets[index]
  if (!map || !target) return { object: called, name: objectName(catalog, language, called) }
  if (!relation) return { object: target.object, name: targetNames(map, catalog, language)[index] ?? called }
  const field = catalog.objects[target.object]?.fields.find((one) => one.key === relation)
  const object = String(field?.options.target ?? '')
  return { object, name: `${objectName(catalog, language, object)} (${sayIn(field?.labels, language, relation)})` }
}

export const FIGURES: (keyof TargetCounts)[] = ['created', 'updated', 'unchanged', 'skipped']
