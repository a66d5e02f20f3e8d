/** An import: the five steps on one page, with a sample of the file always in view. */
import { useQueryClient } from '@tanstack/react-query'
import { Link, useNavigate, useParams, useSearch } from '@tanstack/react-router'
import { Button, Dropdown } from 'antd'
import { useCallback, useEffect, useRef, useState } from 'react'
import { useCatalog } from '../../../ui/catalog'
import { number } from '../../../ui/format'
import { Icon } from '../../../ui/Icon'
import { useWords } from '../../../ui/i18n'
import { Failed, Skeleton } from '../../../ui/states'
import { sayProblem } from '../../../ui/toast'
import { workBegan } from '../work/began'
import { type Acts, useActs } from './acts'
import './import.css'
import './map.css'
import './rows.css'
import { SampleDock } from './Sample'
import { StepFile } from './StepFile'
import { StepMap } from './StepMap'
import { StepResult } from './StepResult'
import { StepRun } from './StepRun'
import { STEPS, type StepName, Steps } from './Steps'
import { StepTry } from './StepTry'
import { type Import, imports, useImport } from './server'
import { isSwept, useMap, visible } from './useMap'
import { objectName, TONES } from './words'

export default function ImportPage() {
  const { id } = useParams({ strict: false }) as { id: string }
  const found = useImport(id)
  if (found.isPending) return <Skeleton />
  if (found.isError && !found.data) return <Failed problem={found.error} retry={() => void found.refetch()} />
  const one = found.data as Import
  return one.state === 'reading' || (one.state === 'failed' && one.progress?.stage === 'read') ? (
    <Reading key={id} one={one} />
  ) : (
    <Wizard key={id} one={one} />
  )
}

/** Steps that can be opened in the state an import is in. */
export function reachedOf(one: Import): StepName[] {
  switch (one.state) {
    case 'reading':
      return ['file']
    case 'mapping':
      return one.tried ? ['file', 'map', 'try', 'run'] : ['file', 'map', ...(one.map ? (['run'] as const) : [])]
    case 'trying':
      return ['file', 'map', 'try']
    case 'ready':
      return ['file', 'map', 'try', 'run']
    case 'running':
      return ['file', 'map', 'run']
    case 'paused':
    case 'failed':
      return ['file', 'map', 'run', ...(one.progress?.loaded ? (['result'] as const) : [])]
    default:
      return ['file', 'map', 'run', 'result']
  }
}

function stepOf(one: Import): StepName {
  switch (one.state) {
    case 'reading':
      return 'file'
    case 'mapping':
      return !one.map && visible(one).length > 1 ? 'file' : 'map'
    case 'trying':
    case 'ready':
      return 'try'
    case 'running':
    case 'paused':
      return 'run'
    case 'failed':
      return one.progress?.stage === 'undo' ? 'result' : 'run'
    default:
      return 'result'
  }
}

function Head({ one, children }: { one: Import; children?: React.ReactNode }) {
  const { t } = useWords()
  const navigate = useNavigate()
  const queries = useQueryClient()
  const forget = async () => {
    try {
      await imports.forget(one.id)
      queries.removeQueries({ queryKey: ['import', one.id] })
      await queries.invalidateQueries({ queryKey: ['imports'] })
      workBegan()
      await navigate({ to: '/imports' })
    } catch (problem) {
      sayProblem(problem)
    }
  }
  return (
    <header className="importing-head">
      <Link to="/imports" className="icon-button" aria-label={t('imports.back')}>
        <Icon name="left" size={20} />
      </Link>
      <h1 className="cut" title={one.name}>
        {one.name}
      </h1>
      <span className={`pill ${TONES[one.state]}`}>{t(`imports.state.${one.state}`)}</span>
      {one.wanted && <span className="quiet">{t(`imports.wanted.${one.wanted}`)}</span>}
      <span className="toolbar-space" />
      {children}
      {one.actions.includes('delete') && (
        <Dropdown
          trigger={['click']}
          menu={{ items: [{ key: 'forget', label: t('imports.forget'), danger: true, onClick: () => void forget() }] }}
        >
          <Button type="text" aria-label={t('imports.moreActions')} icon={<Icon name="more" />} />
        </Dropdown>
      )}
    </header>
  )
}

function Reading({ one }: { one: Import }) {
  const acts = useActs(one)
  return (
    <div className="importing">
      <Head one={one} />
      <Steps now="file" reached={['file']} />
      <div className="importing-body">
        <StepFile one={one} acts={acts} />
      </div>
    </div>
  )
}

function Wizard({ one }: { one: Import }) {
  const { t, language } = useWords()
  const catalog = useCatalog()
  const navigate = useNavigate()
  const search = useSearch({ strict: false }) as { step?: string; object?: string }
  const mapping = useMap(one, search.object)
  const acts = useActs(one)
  const [column, setColumn] = useState('')
  const reached = reachedOf(one)
  const asked = STEPS.find((step) => step === search.step)
  const now = asked && reached.includes(asked) ? asked : stepOf(one)
  const go = useCallback(
    (step: StepName) => void navigate({ to: '.', search: ((before: object) => ({ ...before, step })) as never }),
    [navigate],
  )
  const state = useRef(one.state)
  useEffect(() => {
    if (state.current === one.state) return
    state.current = one.state
    workBegan()
    // What one looked at is over: the page shows what came of it.
    void navigate({ to: '.', replace: true, search: (({ step: _step, ...rest }: { step?: string }) => rest) as never })
  }, [one.state, navigate])
  const { map, sheet } = mapping
  const notes = {
    ...(sheet ? { file: t('imports.rows', { count: sheet.rows, shown: number(sheet.rows, language) }) } : {}),
    ...(map.targets.length
      ? { map: [...new Set(map.targets.map((target) => objectName(catalog, language, target.object)))].join(t('imports.comma')) }
      : {}),
    ...(one.tried && one.state !== 'trying'
      ? { try: t('imports.refusedShort', { count: one.tried.refused, shown: number(one.tried.refused, language) }) }
      : {}),
  }
  const common = { one, mapping, acts, onGo: go }
  return (
    <div className="importing">
      <Head one={one} />
      <Steps now={now} reached={reached} passed={one.tried ? ['try'] : []} notes={notes} onGo={go} />
      <div className={`importing-body at-${now}`}>
        {now === 'file' && <StepFile {...common} />}
        {now === 'map' && <StepMap {...common} column={column} onColumn={setColumn} />}
        {now === 'try' && <StepTry {...common} />}
        {now === 'run' && <StepRun {...common} />}
        {now === 'result' && <StepResult {...common} />}
      </div>
      {!isSwept(one) && now !== 'result' && (
        <SampleDock
          mapping={mapping}
          mapped={now !== 'file'}
          folded={now === 'try' || now === 'run'}
          column={now === 'map' ? column : ''}
          {...(now === 'map' ? { onColumn: setColumn } : {})}
        />
      )}
    </div>
  )
}

export interface StepProps {
  one: Import
  mapping: ReturnType<typeof useMap>
  acts: Acts
  onGo: (step: StepName) => void
}
