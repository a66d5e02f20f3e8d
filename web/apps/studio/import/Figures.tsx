/** Big counts: rows by object and by what becomes of them, and rows that are refused. */
import { useCatalog } from '../../../ui/catalog'
import { number } from '../../../ui/format'
import { useWords } from '../../../ui/i18n'
import { calledOf } from './model'
import type { Counts, ImportMap, TargetCounts } from './server'
import { countedName, FIGURES } from './words'

interface Props {
  map: ImportMap | null
  counts: Counts
  /** What will be, or what was done. */
  tense: 'will' | 'did'
}

const NOTHING: TargetCounts = { created: 0, updated: 0, unchanged: 0, skipped: 0 }

export function Figures({ map, counts, tense }: Props) {
  const { t, language } = useWords()
  const catalog = useCatalog()
  const called = map?.targets.map(calledOf) ?? []
  const targets = [...new Set([...called, ...Object.keys(counts.targets)])]
    .map((key) => ({ key, found: counts.targets[key] ?? NOTHING, ...countedName(map, catalog, language, key) }))
    .sort((one, other) => called.indexOf(one.key.split('.')[0] ?? '') - called.indexOf(other.key.split('.')[0] ?? ''))
  const single = targets.length <= 1
  return (
    <section className="figures" aria-label={t('imports.figures')}>
      {targets.map(({ key, found, name }) => (
        <dl key={key} className="figure-group">
          {!single && <div className="figure-title cut">{name}</div>}
          {FIGURES.filter((figure) => found[figure] > 0 || figure === 'created').map((figure) => (
            <Figure
              key={figure}
              tone={figure}
              label={t(`imports.${tense}.${figure}`, { count: found[figure], name })}
              value={number(found[figure], language)}
            />
          ))}
        </dl>
      ))}
      <dl className="figure-group">
        {!single && <div className="figure-title">{t('imports.ofTheFile')}</div>}
        <Figure
          tone={counts.refused ? 'refused' : 'none'}
          label={t(`imports.${tense}.refused`, { count: counts.refused })}
          value={number(counts.refused, language)}
        />
        {counts.skipped > 0 && (
          <Figure
            tone="skipped"
            label={t(`imports.${tense}.skippedRows`, { count: counts.skipped })}
            value={number(counts.skipped, language)}
          />
        )}
      </dl>
    </section>
  )
}

export function Figure({ tone, label, value }: { tone: string; label: string; value: string }) {
  return (
    <div className={`figure ${tone}`}>
      <dd className="tabular">{value}</dd>
      <dt>{label}</dt>
    </div>
  )
}
