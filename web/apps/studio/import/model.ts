/** Import maps as the pages change them: pure steps from one map to the next. */
import type { Catalog, Field, ObjectType } from '../../../ui/catalog'
import { canWrite } from '../../../ui/catalog'
import type { FileColumn, Guess, ImportMap, MapProblem, ProposedMap, Target, Transform, Understood, Value } from './server'

export const calledOf = (target: Target): string => target.name || target.object

/** A field of a target, by the target's number. */
export interface Place {
  target: number
  field: string
}

const NEVER = ['lines', 'attachment']
/** Types whose value a builder's option list or the catalogue decides. */
export const CHOSEN = ['select', 'status']

/** Fields that cells may go into. */
export const fillable = (object: ObjectType | undefined): Field[] =>
  (object?.fields ?? []).filter((field) => canWrite(field) && !NEVER.includes(field.type))

export const targetsOf = (catalog: Catalog): ObjectType[] => Object.values(catalog.objects).filter((object) => object.create)

export const relationsOf = (object: ObjectType | undefined): Field[] =>
  fillable(object).filter((field) => field.type === 'relation')

/** Places a column's cells go to. */
export const usesOf = (map: ImportMap, column: string): Place[] =>
  map.targets.flatMap((target, index) =>
    Object.entries(target.fields)
      .filter(([, value]) => value.column === column)
      .map(([field]) => ({ target: index, field })),
  )

const inTemplate = (value: Value | null | undefined, column: string): boolean =>
  Boolean(
    value &&
      (value.template?.includes(`{${column}}`) ||
        value.otherwise?.column === column ||
        inTemplate(value.otherwise, column) ||
        (value.as?.kind === 'amount' && value.as.column === column)),
  )

/** Whether a column is used at all: by a field, inside a template, as the currency, the owner or the condition. */
export const isUsed = (map: ImportMap, column: string): boolean =>
  map.targets.some(
    (target) =>
      target.when === column ||
      target.owner?.column === column ||
      Object.values(target.fields).some((value) => value.column === column || inTemplate(value, column)),
  )

const changeTarget = (map: ImportMap, index: number, change: (target: Target) => Target): ImportMap => ({
  ...map,
  targets: map.targets.map((target, at) => (at === index ? change(target) : target)),
})

export const setTarget = (map: ImportMap, index: number, changes: Partial<Target>): ImportMap =>
  changeTarget(map, index, (target) => fitting({ ...target, ...changes }))

/** Match keys that are not filled go, and with the last of them the rule for records that exist. */
function fitting(target: Target): Target {
  const match = (target.match ?? []).filter((key) => key in target.fields)
  return { ...target, match, ...(match.length ? {} : { existing: 'keep' as const }) }
}

/** Fills a field from somewhere else, or from nothing. */
export function setField(map: ImportMap, { target, field }: Place, value: Value | undefined): ImportMap {
  return changeTarget(map, target, (now) => {
    const { [field]: _before, ...rest } = now.fields
    const fields = field in now.fields && value ? { ...now.fields, [field]: value } : value ? { ...rest, [field]: value } : rest
    return fitting({ ...now, fields })
  })
}

/** A column goes into one field instead of where it went; without a place it goes nowhere. */
export function assign(
  map: ImportMap,
  column: FileColumn,
  from: Place | undefined,
  to: Place | undefined,
  context: Context,
): ImportMap {
  const before = from ? map.targets[from.target]?.fields[from.field] : undefined
  const cleared = from ? setField(map, from, undefined) : map
  if (!to) return cleared
  const field = fieldAt(cleared, to, context.catalog)
  if (!field) return cleared
  const same = from && before && fieldAt(map, from, context.catalog)?.type === field.type
  return setField(cleared, to, same ? before : startValue(column, field, context))
}

export interface Context {
  catalog: Catalog
  /** The person's own time zone. */
  zone: string
}

export const fieldAt = (map: ImportMap, place: Place, catalog: Catalog): Field | undefined =>
  catalog.objects[map.targets[place.target]?.object ?? '']?.fields.find((field) => field.key === place.field)

const orderOf = (guess: Guess): 'dmy' | 'mdy' | '' => (guess.day_first === true ? 'dmy' : guess.day_first === false ? 'mdy' : '')

const dates = (guess: Guess): Transform => ({
  kind: 'date',
  order: orderOf(guess),
  formats: guess.formats ?? [],
})

const numbers = (guess: Guess): Transform => ({
  kind: 'number',
  decimal: guess.decimal === ',' ? ',' : '.',
  units: guess.unit ? [guess.unit] : [],
})

const countryWords = (guess: Guess): Record<string, string> =>
  Object.fromEntries(Object.entries(guess.words ?? {}).filter((entry): entry is [string, string] => typeof entry[1] === 'string'))

/** How cells of a column are understood for a field, before anybody changes it. */
export function startValue(column: FileColumn, field: Field, { catalog, zone }: Context): Value {
  const { guess } = column
  const from = (transforms: Transform[], as?: Understood): Value => ({ column: column.name, transforms, ...(as ? { as } : {}) })
  switch (field.type) {
    case 'relation': {
      const target = catalog.objects[String(field.options.target)]
      return { column: column.name, transforms: [{ kind: 'collapse' }], find: { by: target?.title ?? '', create: false } }
    }
    case 'date':
      return from([{ kind: 'width' }, dates(guess)])
    case 'datetime':
      return from([{ kind: 'width' }, dates(guess)], { kind: 'instant', zone, format: '' })
    case 'money':
      return from([{ kind: 'width' }, numbers(guess)], { kind: 'amount', currency: currencyOf(guess, field), column: '' })
    case 'number':
    case 'integer':
    case 'percent':
      return from([{ kind: 'width' }, numbers(guess)])
    case 'country':
      return from([{ kind: 'collapse' }, { kind: 'country', words: guess.type === 'country' ? countryWords(guess) : {} }])
    case 'phone':
      return from([{ kind: 'width' }, { kind: 'phone', country: guess.country ?? '' }])
    case 'email':
    case 'url':
      return from([{ kind: 'width' }])
    default:
      // A text by which records are known is the same in full-width letters.
      return from(field.unique ? [{ kind: 'width' }, { kind: 'collapse' }] : [{ kind: 'collapse' }])
  }
}

function currencyOf(guess: Guess, field: Field): string {
  const allowed = field.options.currencies
  return (
    guess.currency ||
    String(field.options.default_currency ?? '') ||
    (Array.isArray(allowed) ? String(allowed[0] ?? '') : '') ||
    'EUR'
  )
}

/** A name for one more target of an object. */
function freeName(map: ImportMap, object: string): string {
  const taken = map.targets.map(calledOf)
  if (!taken.includes(object)) return ''
  let number = 2
  while (taken.includes(`${object}_${number}`)) number += 1
  return `${object}_${number}`
}

/** One more object that rows become, linked with those it belongs to; of the suggested values those whose column nothing uses yet. */
export function addTarget(map: ImportMap, object: string, catalog: Catalog, suggested: Record<string, Value> = {}): ImportMap {
  const free = Object.entries(suggested).filter(([, value]) => value.column && !value.find && !isUsed(map, value.column))
  const made: Target = { object, name: freeName(map, object), fields: Object.fromEntries(free), match: [], existing: 'keep' }
  return ordered(linked({ ...map, targets: [...map.targets, made] }, map.targets.length, catalog), catalog)
}

/** Fills free relations between a target and the others with the record of the same row. */
function linked(map: ImportMap, index: number, catalog: Catalog): ImportMap {
  const made = map.targets[index] as Target
  let next = map
  for (const [at, other] of map.targets.entries()) {
    if (at === index) continue
    for (const [from, to, place] of [
      [made, other, index],
      [other, made, at],
    ] as const) {
      const relation = relationsOf(catalog.objects[from.object]).find(
        (field) => field.options.target === to.object && !(field.key in (next.targets[place]?.fields ?? {})),
      )
      if (relation) next = setField(next, { target: place, field: relation.key }, { record: calledOf(to) })
    }
  }
  return next
}

/** What is pointed at comes first; where targets point at each other the later link goes. */
export function ordered(map: ImportMap, catalog: Catalog): ImportMap {
  const rest = [...map.targets]
  const done: Target[] = []
  const points = (target: Target) => Object.values(target.fields).flatMap((value) => (value.record ? [value.record] : []))
  while (rest.length) {
    const waiting = new Set(rest.map(calledOf))
    const free = rest.findIndex((target) => points(target).every((name) => !waiting.has(name) || name === calledOf(target)))
    const [next] = rest.splice(Math.max(free, 0), 1)
    if (!next) break
    const known = new Set(done.map(calledOf))
    const fields = Object.entries(next.fields).filter(([, value]) => !value.record || known.has(value.record))
    done.push(fitting({ ...next, fields: Object.fromEntries(fields) }))
  }
  return { ...map, targets: done.filter((target) => catalog.objects[target.object]) }
}

export function removeTarget(map: ImportMap, index: number): ImportMap {
  const gone = calledOf(map.targets[index] as Target)
  const targets = map.targets
    .filter((_, at) => at !== index)
    .map((target) =>
      fitting({
        ...target,
        fields: Object.fromEntries(Object.entries(target.fields).filter(([, value]) => value.record !== gone)),
      }),
    )
  return { ...map, targets }
}

/** Objects that an object points at, or that point at it. */
export function nearTo(catalog: Catalog, key: string): string[] {
  const own = relationsOf(catalog.objects[key]).map((field) => String(field.options.target))
  const others = Object.values(catalog.objects).filter((object) =>
    relationsOf(object).some((field) => field.options.target === key),
  )
  return [...own, ...others.map((object) => object.key)]
}

const WORTH = 2

/** A linked object that several columns nothing uses yet would fill, with nothing missing. */
export function offered(
  maps: readonly ProposedMap[],
  map: ImportMap,
  sheet: string,
  { catalog }: Context,
): { object: string; count: number } | undefined {
  const near = new Set(map.targets.flatMap((target) => nearTo(catalog, target.object)))
  const found = maps.flatMap((proposal) => {
    const { object, source } = proposal
    if (source !== 'suggested' || proposal.sheet !== sheet || !near.has(object)) return []
    if (!catalog.objects[object]?.create || map.targets.some((target) => target.object === object)) return []
    const suggested = proposal.map.targets.at(-1)?.fields ?? {}
    const next = addTarget(map, object, catalog, suggested).targets.find((target) => target.object === object)
    const count = Object.values(next?.fields ?? {}).filter((value) => value.column).length
    return next && count >= WORTH && !missingIn(next, catalog.objects[object]).length ? [{ object, count }] : []
  })
  return found.sort((one, other) => other.count - one.count)[0]
}

/** Fields that must be filled and are not. */
export function missingIn(target: Target, object: ObjectType | undefined): Field[] {
  if (target.existing === 'update' && target.match?.length) return []
  return (object?.fields ?? []).filter(
    (field) =>
      (field.required || field.key === object?.parent) &&
      (field.default === undefined || field.default === null) &&
      !['lookup', 'rollup', 'formula', 'auto_number', 'lines'].includes(field.type) &&
      !(field.key in target.fields),
  )
}

/** The transform of a kind, and the list with it changed, added or taken out. */
export const stepOf = <K extends Transform['kind']>(value: Value, kind: K) =>
  value.transforms?.find((step): step is Extract<Transform, { kind: K }> => step.kind === kind)

const ORDER: Transform['kind'][] = ['split', 'width', 'collapse', 'replace', 'case', 'country', 'phone', 'date', 'number']

/** Steps keep an order in which each finds what it needs: parts first, then plain letters, then meaning. */
export function putStep(value: Value, kind: Transform['kind'], step: Transform | undefined): Value {
  const now = value.transforms ?? []
  const at = now.findIndex((one) => one.kind === kind)
  if (!step) return { ...value, transforms: now.filter((one) => one.kind !== kind) }
  if (at >= 0) return { ...value, transforms: now.map((one, index) => (index === at ? step : one)) }
  const rank = ORDER.indexOf(kind)
  const place = now.findIndex((one) => ORDER.indexOf(one.kind) > rank)
  return { ...value, transforms: place < 0 ? [...now, step] : [...now.slice(0, place), step, ...now.slice(place)] }
}

/** Replaces whole cells of a column, on top of what is replaced already. */
export function replaceCells(map: ImportMap, column: string, table: Record<string, string>): ImportMap {
  let next = map
  for (const place of usesOf(map, column)) {
    const value = next.targets[place.target]?.fields[place.field]
    if (!value) continue
    const values = { ...stepOf(value, 'replace')?.values, ...table }
    next = setField(next, place, putStep(value, 'replace', { kind: 'replace', values }))
  }
  return next
}

/** Which target and field a problem of the map is about. */
export function placeOf(problem: MapProblem): { target: number; field: string; member: string } {
  const [, , target = '', member = '', field = ''] = problem.pointer.split('/')
  return { target: target === '' ? -1 : Number(target), field: member === 'fields' ? field : '', member }
}

const STANDARD: Record<string, unknown> = { existing: 'keep', on_empty: 'leave', version: 1, decimal: '.', part: 1 }

/** A map without members that say nothing, so that what is sent and what is kept can be compared. */
export function bare(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(bare)
  if (value === null || typeof value !== 'object') return value
  return Object.fromEntries(
    Object.entries(value)
      .map(([key, inner]) => [key, bare(inner)] as const)
      .filter(([key, inner]) => !isEmpty(inner) && STANDARD[key] !== inner),
  )
}

const isEmpty = (value: unknown) =>
  value === undefined || value === null || value === '' || value === false || (Array.isArray(value) && !value.length)
