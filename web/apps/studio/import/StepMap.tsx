/** Step two: what rows become, and which column goes into which field. */
import { useQuery } from '@tanstack/react-query'
import { useSearch } from '@tanstack/react-router'
import { Button } from 'antd'
import { useEffect } from 'react'
import { Icon } from '../../../ui/Icon'
import { useWords } from '../../../ui/i18n'
import { usePhone } from '../../../ui/theme'
import { same } from '../edit/model'
import { ColumnPanel } from './ColumnPanel'
import { Columns } from './Columns'
import type { StepProps } from './ImportPage'
import { addTarget, bare, missingIn, offered, placeOf } from './model'
import { SavedMaps } from './SavedMaps'
import { imports } from './server'
import { AddTarget, Targets } from './Targets'
import { objectName } from './words'

interface Props extends StepProps {
  column: string
  onColumn: (column: string) => void
}

export function StepMap({ one, mapping, acts, onGo, column, onColumn }: Props) {
  const { t, language } = useWords()
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
  const offer = offered(one.maps, map, sheet.name, context)
  const add = async (key: string) => {
    const suggested = await imports.suggest(one.id, key, sheet.name).catch(() => null)
    change(addTarget(map, key, context.catalog, suggested?.map.targets.at(-1)?.fields))
  }
  if (!map.targets.length) return <FirstTarget mapping={mapping} one={one} onChoose={choose} />
  const panel = chosen && (
    <ColumnPanel key={chosen.name} mapping={mapping} column={chosen} onClose={() => onColumn('')} phone={phone} />
  )
  return (
    <div className="step-map">
      <fieldset className="map-main" disabled={!editable}>
        <legend className="unseen">{t('imports.steps.map')}</legend>
        {editable && <Origin one={one} mapping={mapping} />}
        <Targets mapping={mapping} sheet={sheet} />
        <Columns mapping={mapping} sheet={sheet} fits={fits?.columns ?? []} chosen={column} onChoose={onColumn}>
          {editable && offer && (
            <span className="offer">
              {t('imports.map.offer', { count: offer.count, name: objectName(context.catalog, language, offer.object) })}
              <Button size="small" onClick={() => void add(offer.object)}>
                {t('imports.map.takeOffer', { name: objectName(context.catalog, language, offer.object) })}
              </Button>
            </span>
          )}
          {editable && <AddTarget context={context} map={map} onAdd={(key) => void add(key)} />}
        </Columns>
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
                {missing > 0 ? t('imports.map.missing', { count: missing }) : blocked ? mapping.problems[0]?.detail : ''}
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

/** Says that a map of before is used, with the way to a fresh one. */
function Origin({ one, mapping }: Pick<StepProps, 'one' | 'mapping'>) {
  const { t } = useWords()
  const { object: hint } = useSearch({ strict: false }) as { object?: string }
  const { map, sheet, change } = mapping
  const before = one.maps.find((proposal) => proposal.source !== 'suggested' && same(bare(proposal.map), bare(map)))
  if (!before) return null
  const afresh = () => {
    const object = hint ?? before.map.targets[0]?.object ?? ''
    const best = one.maps.find(
      (proposal) => proposal.source === 'suggested' && proposal.object === object && proposal.sheet === sheet?.name,
    )
    change(best?.map ?? { key: object, sheet: sheet?.name ?? '', targets: [{ object, fields: {} }] })
  }
  return (
    <p className="origin">
      <Icon name="history" /> {t(`imports.map.from.${before.source}`, { name: before.name })}{' '}
      <Button size="small" type="link" onClick={afresh}>
        {t('imports.map.afresh')}
      </Button>
    </p>
  )
}

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
