/** Step two: what rows become, and which column goes into which field. */
import { useQuery } from '@tanstack/react-query'
import { Button } from 'antd'
import { useEffect } from 'react'
import { Icon } from '../../../ui/Icon'
import { useWords } from '../../../ui/i18n'
import { usePhone } from '../../../ui/theme'
import { ColumnPanel } from './ColumnPanel'
import { Columns } from './Columns'
import type { StepProps } from './ImportPage'
import { missingIn, placeOf } from './model'
import { SavedMaps } from './SavedMaps'
import { imports } from './server'
import { AddTarget, Targets } from './Targets'

interface Props extends StepProps {
  column: string
  onColumn: (column: string) => void
}

export function StepMap({ one, mapping, acts, onGo, column, onColumn }: Props) {
  const { t } = useWords()
  const phone = usePhone()
  const { map, sheet, context, editable, change } = mapping
  const object = map.targets.at(-1)?.object ?? ''
  const fits = useQuery({
    queryKey: ['import-fits', one.id, object, sheet?.name],
    queryFn: () => imports.suggest(one.id, object, sheet?.name ?? ''),
    enabled: editable && object !== '' && Boolean(sheet),
    staleTime: Number.POSITIVE_INFINITY,
    retry: false,
  }).data
  useUndoKeys(mapping)
  if (!sheet) return null
  const chosen = sheet.columns.find((one) => one.name === column)
  const missing = map.targets.reduce((sum, target) => sum + missingIn(target, context.catalog.objects[target.object]).length, 0)
  const blocked = !map.targets.length || mapping.problems.length > 0
  const keep = async (next: 'try' | 'run') => {
    if (!(await acts.act(next, () => imports.setMap(one.id, map)))) return
    if (next === 'run') return onGo('run')
    if (await acts.act(next, () => imports.act(one.id, 'try'))) onGo('try')
  }
  const choose = (key: string) => {
    const proposal = one.maps.find((two) => two.object === key && two.sheet === sheet.name)
    change(proposal?.map ?? { key, sheet: sheet.name, targets: [{ object: key, fields: {} }] })
  }
  if (!map.targets.length) return <FirstTarget mapping={mapping} one={one} onChoose={choose} />
  const panel = chosen && (
    <ColumnPanel key={chosen.name} mapping={mapping} column={chosen} onClose={() => onColumn('')} phone={phone} />
  )
  return (
    <div className="step-map">
      <fieldset className="map-main" disabled={!editable}>
        <legend className="unseen">{t('imports.steps.map')}</legend>
        <Targets mapping={mapping} sheet={sheet} />
        <Columns mapping={mapping} sheet={sheet} fits={fits?.columns ?? []} chosen={column} onChoose={onColumn} />
        <div className="step-foot">
          {editable ? (
            <>
              <Button
                type="primary"
                disabled={blocked || mapping.pending}
                loading={acts.busy === 'try'}
                onClick={() => void keep('try')}
              >
                {t('imports.map.try')}
              </Button>
              <Button disabled={blocked || mapping.pending} loading={acts.busy === 'run'} onClick={() => void keep('run')}>
                {t('imports.map.skipTry')}
              </Button>
              <SavedMaps one={one} mapping={mapping} />
              <span className="quiet step-why" role="status">
                {missing > 0 ? t('imports.map.missing', { count: missing }) : blocked ? wrong(mapping.problems[0]?.detail) : ''}
              </span>
            </>
          ) : (
            <span className="quiet">
              <Icon name="lock" /> {t('imports.map.fixed')}
            </span>
          )}
        </div>
      </fieldset>
      {panel}
    </div>
  )
}

const wrong = (detail: string | undefined) => detail ?? ''

function FirstTarget({ one, mapping, onChoose }: Pick<StepProps, 'one' | 'mapping'> & { onChoose: (key: string) => void }) {
  const { t } = useWords()
  return (
    <section className="first-target">
      <h2>{t('imports.map.what')}</h2>
      <p className="quiet">{t('imports.map.whatHelp')}</p>
      <AddTarget
        context={mapping.context}
        map={mapping.map}
        scores={Object.fromEntries(
          one.maps.filter((two) => two.sheet === mapping.sheet?.name).map((two) => [two.object, two.score]),
        )}
        onAdd={onChoose}
        tiles
      />
    </section>
  )
}

/** Ctrl/⌘ Z and Y change the map back and forth. */
function useUndoKeys({ undo, redo, editable }: StepProps['mapping']): void {
  useEffect(() => {
    if (!editable) return
    const onKeyDown = (event: KeyboardEvent) => {
      const letter = event.key.toLowerCase()
      if (!(event.ctrlKey || event.metaKey) || event.altKey || (letter !== 'z' && letter !== 'y')) return
      if (event.target instanceof HTMLInputElement && event.target.value) return
      event.preventDefault()
      if (letter === 'y' || event.shiftKey) redo()
      else undo()
    }
    window.addEventListener('keydown', onKeyDown)
    return () => window.removeEventListener('keydown', onKeyDown)
  }, [undo, redo, editable])
}

/** Problems of the map by target and field. */
export const problemsAt = (mapping: StepProps['mapping'], target: number, field?: string) =>
  mapping.problems.filter((problem) => {
    const place = placeOf(problem)
    return place.target === target && (field === undefined ? !place.field : place.field === field)
  })
