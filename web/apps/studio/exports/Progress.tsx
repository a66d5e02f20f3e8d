/** How far an export is, in a bar and a sentence. */
import { Progress } from 'antd'
import { number } from '../../../ui/format'
import { useWords } from '../../../ui/i18n'
import type { Run } from './server'

const SHARES = { reading: [0, 0.3], writing: [0.3, 0.97], keeping: [0.97, 1] } as const

export function ExportProgress({ run }: { run: Run | undefined }) {
  const { t, language } = useWords()
  const { phase, rows = 0, of = 0 } = run?.progress ?? {}
  const [from, to] = phase && run?.state === 'running' ? SHARES[phase] : [0, 0]
  const done = from + (to - from) * (of ? Math.min(rows / of, 1) : 0)
  const sentence =
    phase && run?.state === 'running'
      ? t(`export.phase.${phase}`, { rows: number(rows, language), of: number(of, language) })
      : t('export.phase.waiting')
  return (
    <div className="export-progress" aria-live="polite">
      <Progress percent={Math.round(done * 100)} status="active" aria-label={sentence} />
      <p className="quiet">{sentence}</p>
    </div>
  )
}
