/** One definition of a file: what it is, what it would change here in words, and whether and how it is taken in. */
import { Select } from 'antd'
import { useState } from 'react'
import { Icon } from '../../../ui/Icon'
import { useWords } from '../../../ui/i18n'
import { RoleDifferences } from '../admin/RoleDifferences'
import type { RightsObject, Role } from '../admin/roles'
import { useProblemText } from '../edit/texts'
import { Differences } from './Differences'
import { type Body, type Incoming, nameOf, type Way } from './files'
import { MemberDifferences, type Names } from './MemberDifferences'
import type { ObjectDef } from './model'
import { QualityDifferences } from './QualityPlan'
import type { QualityDef } from './quality'

const ICONS: Record<string, string> = {
  object: 'table',
  view: 'eye',
  layout: 'panel',
  quality: 'merge',
  menu: 'menu',
  role: 'lock',
}

interface Props {
  one: Incoming
  way: Way | null
  names: Names
  rights: RightsObject[]
  onWay: (way: Way | null) => void
}

export function IncomingLine({ one, way, names, rights, onWay }: Props) {
  const { t } = useWords()
  const sentence = useProblemText('definitions')
  const [open, setOpen] = useState(one.state === 'changed' || one.state === 'refused')
  const ways = Object.keys(one.ways) as Way[]
  const after = one.ways[way ?? one.proposed ?? ways[0] ?? 'replace']
  const name = names.definition(one)
  const canOpen = Boolean(after) || one.problems.length > 0
  const field = (path: string[]) => (path[2] === 'fields' && path[3] ? names.field(path[1] ?? '', path[3]) : '')
  return (
    <li className={`incoming ${one.state}`}>
      <div className="incoming-head">
        <button
          type="button"
          className="incoming-open"
          aria-expanded={canOpen ? open : undefined}
          disabled={!canOpen}
          onClick={() => setOpen(!open)}
        >
          <Icon name={canOpen ? (open ? 'down' : 'right') : 'check'} />
          <Icon name={ICONS[one.kind] ?? 'file'} />
          <span className="incoming-name">
            <strong className="cut">{name}</strong>
            <span className="quiet cut">
              {t(`definitions.kind.${one.kind || 'unknown'}`)} · {one.place}
            </span>
          </span>
        </button>
        {ways.length > 0 && (
          <Select
            size="small"
            className="incoming-way"
            aria-label={t('definitions.import.wayOf', { name: `${name} (${t(`definitions.kind.${one.kind}`)})` })}
            value={way ?? 'leave'}
            popupMatchSelectWidth={false}
            options={[
              ...ways.map((item) => ({
                value: item as string,
                label: t(one.state === 'new' ? 'definitions.way.take' : `definitions.way.${item}`),
              })),
              { value: 'leave', label: t('definitions.way.leave') },
            ]}
            onChange={(value) => onWay(value === 'leave' ? null : (value as Way))}
          />
        )}
      </div>
      {open && canOpen && (
        <div className="incoming-body">
          {one.problems.map((problem) => {
            const place = field(problem.pointer.split('/').slice(1))
            return (
              <p key={problem.pointer + JSON.stringify(problem.params)} className="field-problem">
                {place && <strong>{place} </strong>}
                {sentence(problem)}
              </p>
            )
          })}
          {after && <Compared kind={one.kind} before={one.before} after={after} names={names} rights={rights} />}
        </div>
      )}
    </li>
  )
}

interface ComparedProps {
  kind: string
  before: Body | null
  after: Body
  names: Names
  rights: RightsObject[]
}

const withFields = (body: Body | null): ObjectDef | undefined =>
  body ? ({ fields: [], ...body } as unknown as ObjectDef) : undefined

function Compared({ kind, before, after, names, rights }: ComparedProps) {
  if (kind === 'object') return <Differences before={withFields(before)} after={withFields(after) as ObjectDef} />
  if (kind === 'role')
    return (
      <RoleDifferences
        before={before ? (before as unknown as Role) : undefined}
        after={after as unknown as Role}
        objects={rights}
      />
    )
  if (kind === 'quality')
    return (
      <QualityDifferences
        before={before ? (before as unknown as QualityDef) : undefined}
        after={after as unknown as QualityDef}
        field={(key) => names.field(after.key, key)}
      />
    )
  return <MemberDifferences before={before} after={after} names={names} />
}

export const lineKey = (one: Incoming) => `${nameOf(one)}@${one.place}`
