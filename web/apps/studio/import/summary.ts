/** How cells of a column are understood, in a few short words. */
import type { TFunction } from 'i18next'
import type { Catalog, Field } from '../../../ui/catalog'
import { country } from '../../../ui/format'
import type { Value } from './server'
import { fieldName } from './words'

export function summary(t: TFunction, language: string, field: Field, value: Value, catalog: Catalog): string[] {
  const found: string[] = []
  if (value.find) {
    const target = catalog.objects[String(field.options.target)]
    found.push(t('imports.sum.find', { field: fieldName(target, language, value.find.by) }))
    if (value.find.create) found.push(t('imports.sum.create'))
  }
  for (const step of value.transforms ?? []) {
    if (step.kind === 'date' && step.order) found.push(t(`imports.order.${step.order}`))
    if (step.kind === 'number' && step.decimal === ',') found.push(t('imports.sum.comma'))
    if (step.kind === 'number' && step.units?.length) found.push(step.units.join(' '))
    if (step.kind === 'phone' && step.country) found.push(country(step.country, language))
    if (step.kind === 'split') found.push(t('imports.sum.split', { by: step.by, part: step.part ?? 1 }))
    if (step.kind === 'case') found.push(t(`imports.case.${step.to}`))
    if (step.kind === 'replace') found.push(t('imports.sum.replace', { count: Object.keys(step.values).length }))
  }
  if (value.as?.kind === 'amount')
    found.push(value.as.currency || t('imports.sum.currencyFrom', { column: value.as.column ?? '' }))
  if (value.as?.kind === 'begins') found.push(t('imports.sum.begins', { text: value.as.text }))
  if (value.as?.kind === 'choose') found.push(t('imports.sum.choose', { count: Object.keys(value.as.values).length }))
  if (value.otherwise) found.push(t('imports.sum.otherwise'))
  return found
}
