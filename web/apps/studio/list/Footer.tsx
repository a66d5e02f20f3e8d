/** A column's figure under the grid: sum, average, filled, distinct; asked after the rows. */
import { useQuery } from '@tanstack/react-query'
import { Dropdown } from 'antd'
import { useState } from 'react'
import { isFiles } from '../../../kinds/fields/registry'
import { api, type Question } from '../../../ui/api'
import { type Field, type ObjectType, useCatalog } from '../../../ui/catalog'
import { type Money, money, number } from '../../../ui/format'
import { useWords } from '../../../ui/i18n'

const PLAIN = ['filled', 'distinct']
const first = (names: string[]) => (names.includes('sum') ? 'sum' : '')

type Figure = number | string | Money | { amounts: Money[] }

/** Money of several currencies is never added up: one figure for each. */
const shown = (found: Figure, language: string): string =>
  typeof found !== 'object'
    ? number(found, language)
    : 'amounts' in found
      ? found.amounts.map((one) => money(one, language)).join(' · ')
      : money(found, language)

export function Footer({ object, field, question }: { object: ObjectType; field: Field; question: Question }) {
  const catalog = useCatalog()
  const { t, language } = useWords()
  const own = field.aggregates ?? catalog.types[field.type]?.aggregates ?? []
  const names =
    field.type === 'lines' ||
    isFiles(field.type) ||
    field.state === 'masked' ||
    ['owner', 'team', 'created_by'].includes(field.key)
      ? []
      : [...own.filter((name) => !PLAIN.includes(name) && name !== 'count'), ...PLAIN]
  const [chosen, setChosen] = useState(() => first(own))
  const answer = useQuery({
    queryKey: ['object', object.key, 'aggregate', field.key, chosen, question.filter, question.search, question.made_by],
    enabled: chosen !== '' && names.includes(chosen),
    retry: false,
    queryFn: () =>
      api.aggregate(object.key, {
        measures: [{ function: chosen, field: field.key }],
        ...(question.filter ? { filter: question.filter } : {}),
        ...(question.search ? { search: question.search } : {}),
        ...(question.made_by ? { made_by: question.made_by } : {}),
      }),
  })
  if (!names.length) return null
  const found = answer.data?.total?.[0] ?? answer.data?.rows?.[0]?.m[0]
  const text = found === undefined || found === null ? '' : shown(found as Figure, language)
  const items = [
    { key: '', label: t('aggregate.none') },
    ...names.map((name) => ({ key: name, label: t(`aggregate.${name}`, { defaultValue: name }) })),
  ]
  return (
    <Dropdown trigger={['click']} menu={{ items, selectedKeys: [chosen], onClick: ({ key }) => setChosen(key) }}>
      <button type="button" className="foot-button" tabIndex={-1} aria-label={t('aggregate.choose')} title={text}>
        {chosen ? (
          <>
            <span className="quiet">{t(`aggregate.${chosen}`, { defaultValue: chosen })}</span>{' '}
            <span className="tabular">{text}</span>
          </>
        ) : (
          <span className="foot-hint">Σ</span>
        )}
      </button>
    </Dropdown>
  )
}
