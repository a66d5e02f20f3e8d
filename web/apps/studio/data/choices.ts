/** What is chosen while records are compared, as data with small pure edits. */
import type { Row } from '../../../ui/api'
import type { Compared } from './server'

export const JOIN = 'join'

export interface Choice {
  survivor: string
  /** Records that are left out of the merge. */
  out: string[]
  /** What was chosen by hand, over the proposal. */
  own: Record<string, string>
}

export const same = (one: unknown, other: unknown) => JSON.stringify(one ?? null) === JSON.stringify(other ?? null)

/** The records that are merged, the survivor first. */
export const merged = (compared: Compared, choice: Choice): Row[] => {
  const rows = compared.records.filter((row) => !choice.out.includes(row.id))
  return [...rows.filter((row) => row.id === choice.survivor), ...rows.filter((row) => row.id !== choice.survivor)]
}

/** Whose value a field takes: a record's id, or "join". */
export function sourceOf(compared: Compared, choice: Choice, field: string): string {
  const own = choice.own[field]
  const proposed = compared.survivor === choice.survivor ? compared.take[field] : undefined
  const found = own ?? proposed ?? choice.survivor
  return found !== JOIN && choice.out.includes(found) ? choice.survivor : found
}

export const isList = (value: unknown) => Array.isArray(value)

/** What is sent: only fields that do not stay as they are on the survivor, and those kept against the proposal. */
export function taken(compared: Compared, choice: Choice): Record<string, string> {
  const keys = new Set([...Object.keys(compared.take), ...Object.keys(choice.own)])
  return Object.fromEntries(
    [...keys]
      .map((key) => [key, sourceOf(compared, choice, key)] as const)
      .filter(([key, source]) => source !== choice.survivor || (compared.take[key] ?? choice.survivor) !== choice.survivor),
  )
}
