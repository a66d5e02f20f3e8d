/** Parts that the export's dialog and page share. */
import { Alert } from 'antd'
import type { ApiProblem } from '../../../ui/api'
import { number } from '../../../ui/format'

const UNITS = ['B', 'KB', 'MB', 'GB'] as const

/** A file's size as people read it. */
export function bytes(size: number | null, language: string): string {
  let left = size ?? 0
  let unit = 0
  while (left >= 1000 && unit < UNITS.length - 1) {
    left /= 1000
    unit++
  }
  return `${number(Number(left.toFixed(left < 10 && unit ? 1 : 0)), language)} ${UNITS[unit]}`
}

/** A problem with what to do next. */
export function Trouble({ problem }: { problem: ApiProblem }) {
  const { detail, title, code, next } = problem.body as typeof problem.body & { next?: string }
  return (
    <Alert
      type="error"
      showIcon
      title={detail ?? title ?? code}
      description={
        <>
          {next} <a href={`/problems/${code}`}>{code}</a>
        </>
      }
    />
  )
}
