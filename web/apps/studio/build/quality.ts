/** A quality definition as data, with small pure edits, and what differs between two of them. */
import type { Texts } from '../../../ui/catalog'
import { mergeMembers, same } from '../edit/model'

export const STRENGTHS = ['certain', 'likely', 'hint'] as const
export type Strength = (typeof STRENGTHS)[number]
export const OUTSIDE = ['nothing', 'existence', 'owner', 'name'] as const
export type Outside = (typeof OUTSIDE)[number]
export const WEIGHTS = ['filled', 'valid', 'unique', 'recent'] as const
export type Weight = (typeof WEIGHTS)[number]

export interface Term {
  field: string
  by?: string
  other?: string
  other_by?: string
}

export interface Rule {
  key: string
  labels: Texts
  terms: Term[]
  strength?: Strength
  across?: string
  link?: string
  carry?: Record<string, string>
}

export interface QualityDef {
  kind?: 'quality'
  key: string
  rules?: Rule[]
  outside?: Outside
  most?: number
  weights?: Partial<Record<Weight, number>>
  fields?: string[]
  stale_days?: number
  report_days?: number
}

export const DEFAULTS = {
  outside: 'existence' as Outside,
  most: 50,
  weights: { filled: 40, valid: 30, unique: 20, recent: 10 },
  stale_days: 365,
  report_days: 7,
}

const term = (one: Term): Term => ({
  field: one.field,
  ...(one.by ? { by: one.by } : {}),
  ...(one.other ? { other: one.other } : {}),
  ...(one.other_by ? { other_by: one.other_by } : {}),
})

const rule = (one: Rule): Rule => ({
  key: one.key,
  labels: Object.fromEntries(Object.entries(one.labels ?? {}).filter(([, text]) => text.trim())),
  terms: (one.terms ?? []).map(term),
  ...(one.strength && one.strength !== 'likely' ? { strength: one.strength } : {}),
  ...(one.across ? { across: one.across } : {}),
  ...(one.across && one.link ? { link: one.link } : {}),
  ...(one.across && one.link && Object.keys(one.carry ?? {}).length ? { carry: one.carry ?? {} } : {}),
})

/** Without what says nothing, so that two that mean the same are the same. */
export function tidy(body: QualityDef): QualityDef {
  const weights = { ...DEFAULTS.weights, ...body.weights }
  return {
    kind: 'quality',
    key: body.key,
    rules: (body.rules ?? []).map(rule),
    ...(body.outside && body.outside !== DEFAULTS.outside ? { outside: body.outside } : {}),
    ...(body.most !== undefined && body.most !== DEFAULTS.most ? { most: body.most } : {}),
    ...(same(weights, DEFAULTS.weights) ? {} : { weights }),
    ...(body.fields?.length ? { fields: body.fields } : {}),
    ...(body.stale_days !== undefined && body.stale_days !== DEFAULTS.stale_days ? { stale_days: body.stale_days } : {}),
    ...(body.report_days !== undefined && body.report_days !== DEFAULTS.report_days ? { report_days: body.report_days } : {}),
  }
}

export const mergeQuality = (base: QualityDef, mine: QualityDef, theirs: QualityDef) => tidy(mergeMembers(base, mine, theirs))

export function newRule(rules: readonly Rule[]): Rule {
  const taken = rules.map((one) => one.key)
  let number = rules.length + 1
  while (taken.includes(`rule_${number}`)) number += 1
  return { key: `rule_${number}`, labels: {}, terms: [{ field: '' }] }
}

export const withRule = (body: QualityDef, index: number, changed: Rule | null): QualityDef => {
  const rules = [...(body.rules ?? [])]
  if (changed) rules[index] = changed
  else rules.splice(index, 1)
  return { ...body, rules }
}

export type Difference =
  | { what: 'added' | 'removed' | 'changed'; rule: Rule }
  | { what: 'order' }
  | { what: 'outside'; before: Outside; after: Outside }
  | { what: 'setting'; setting: 'most' | 'stale_days' | 'report_days'; before: number; after: number }
  | { what: 'weight'; weight: Weight; before: number; after: number }
  | { what: 'fields'; fields: string[] }

export function differences(before: QualityDef | undefined, after: QualityDef): Difference[] {
  const was = before ?? { key: after.key, rules: [] }
  const found: Difference[] = []
  const old = was.rules ?? []
  const now = after.rules ?? []
  for (const one of now) {
    const earlier = old.find((other) => other.key === one.key)
    if (!earlier) found.push({ what: 'added', rule: one })
    else if (!same(rule(earlier), rule(one))) found.push({ what: 'changed', rule: one })
  }
  for (const one of old) if (!now.some((other) => other.key === one.key)) found.push({ what: 'removed', rule: one })
  const kept = (rules: Rule[], others: Rule[]) =>
    rules.filter((one) => others.some((other) => other.key === one.key)).map((one) => one.key)
  if (!same(kept(old, now), kept(now, old))) found.push({ what: 'order' })
  const [from, to] = [was.outside ?? DEFAULTS.outside, after.outside ?? DEFAULTS.outside]
  if (from !== to) found.push({ what: 'outside', before: from, after: to })
  for (const setting of ['most', 'stale_days', 'report_days'] as const) {
    const [one, other] = [was[setting] ?? DEFAULTS[setting], after[setting] ?? DEFAULTS[setting]]
    if (one !== other) found.push({ what: 'setting', setting, before: one, after: other })
  }
  for (const weight of WEIGHTS) {
    const [one, other] = [was.weights?.[weight] ?? DEFAULTS.weights[weight], after.weights?.[weight] ?? DEFAULTS.weights[weight]]
    if (one !== other) found.push({ what: 'weight', weight, before: one, after: other })
  }
  if (!same(was.fields ?? [], after.fields ?? [])) found.push({ what: 'fields', fields: after.fields ?? [] })
  return found
}
