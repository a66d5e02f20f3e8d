/** A workbook on its way to objects: read, proposed for correction, published, filled; and taken back. */
import { useQuery } from '@tanstack/react-query'
import { useParams } from '@tanstack/react-router'
import { useMe } from '../../../ui/catalog'
import { useWords } from '../../../ui/i18n'
import { Empty, Failed, Skeleton } from '../../../ui/states'
import { useFieldTypes } from '../build/server'
import '../edit/edit.css'
import '../import/import.css'
import '../import/map.css'
import '../import/rows.css'
import { useActs } from '../import/acts'
import { StepFile } from '../import/StepFile'
import { type Import, isBusy, useImport } from '../import/server'
import { Built } from './Built'
import './excel.css'
import { ExcelHead } from './Head'
import { Proposing } from './Proposing'
import { excel } from './server'

export default function ExcelPage() {
  const { id } = useParams({ strict: false }) as { id: string }
  const me = useMe()
  const { t } = useWords()
  if (!me.system_rights.includes('build')) return <Empty icon="lock" title={t('state.noRight')} text={t('build.noRight')} />
  return <Loaded key={id} id={id} />
}

function Loaded({ id }: { id: string }) {
  const found = useImport(id)
  const types = useFieldTypes()
  const read = found.data && found.data.state !== 'reading'
  const build = useQuery({
    queryKey: ['import-build', id],
    queryFn: () => excel.build(id),
    enabled: Boolean(read),
    staleTime: 0,
    refetchInterval: (query) => (['running', 'undoing'].includes(query.state.data?.state ?? '') ? 1000 : false),
  })
  const one = found.data
  const proposal = useQuery({
    queryKey: ['import-proposal', id],
    queryFn: () => excel.propose(id),
    enabled: build.data === null && Boolean(one && !isBusy(one) && one.sheets.length),
    staleTime: Number.POSITIVE_INFINITY,
    retry: false,
  })
  const problem = found.error ?? types.error ?? build.error ?? proposal.error
  if (problem && !(one && build.data)) return <Failed problem={problem} retry={() => void found.refetch()} />
  if (!one) return <Skeleton />
  if (one.state === 'reading' || !one.sheets.length) return <Reading one={one} />
  if (build.isPending || !types.data) return <Skeleton />
  if (build.data) return <Built one={one} build={build.data} />
  if (!proposal.data) return <Skeleton />
  return <Proposing one={one} proposal={proposal.data} types={types.data} />
}

function Reading({ one }: { one: Import }) {
  const acts = useActs(one)
  return (
    <div className="importing">
      <ExcelHead title={one.name} />
      <div className="importing-body">
        <StepFile one={one} acts={acts} />
      </div>
    </div>
  )
}
