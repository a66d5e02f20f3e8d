/** Choices of select, tags and status fields: reading them from settings and drawing them as pills. */
import type { Field, Texts } from '../../ui/catalog'
import { sayIn } from '../../ui/i18n'

export interface Choice {
  key: string
  labels?: Texts
  colour?: string
  color?: string
  kind?: string
  next?: string[] | null
  to?: string[] | null
  retired?: boolean
}

const COLOURS = ['blue', 'green', 'amber', 'red', 'purple', 'teal', 'pink', 'indigo', 'lime', 'orange', 'cyan', 'grey']

export function choicesOf(field: Field): Choice[] {
  const { options, choices, statuses, steps } = field.options
  const found = options ?? choices ?? statuses ?? steps
  if (!Array.isArray(found)) return []
  return found.map((item: unknown) => (typeof item === 'string' ? { key: item } : (item as Choice)))
}

export const choiceLabel = (field: Field, key: string, language: string): string =>
  sayIn(choicesOf(field).find((choice) => choice.key === key)?.labels, language, key)

export function choiceColour(field: Field, key: string): string {
  const index = choicesOf(field).findIndex((choice) => choice.key === key)
  const choice = choicesOf(field)[index]
  return choice?.colour || choice?.color || COLOURS[Math.max(0, index) % COLOURS.length] || 'grey'
}

export const selectOptions = (field: Field, language: string, now?: unknown) =>
  choicesOf(field)
    .filter((choice) => !choice.retired || choice.key === now)
    .map((choice) => ({ value: choice.key, label: sayIn(choice.labels, language, choice.key) }))

export function Pill({ field, value, language }: { field: Field; value: string; language: string }) {
  return <span className={`pill ${choiceColour(field, value)}`}>{choiceLabel(field, value, language)}</span>
}
