/** A file with definitions: looked through on the server, chosen from, planned, and published as one change set with a way back. */
import { useQuery } from '@tanstack/react-query'
import { Alert, Button, Drawer } from 'antd'
import { type DragEvent, useId, useMemo, useState } from 'react'
import { type Texts, useCatalog, useMe } from '../../../ui/catalog'
import { Icon } from '../../../ui/Icon'
import { useWords } from '../../../ui/i18n'
import { Failed, Skeleton } from '../../../ui/states'
import { usePhone } from '../../../ui/theme'
import type { RightsObject } from '../admin/roles'
import { server as administration } from '../admin/server'
import type { Found } from '../edit/model'
import { PlanSheet } from '../edit/PlanSheet'
import { useProblemText } from '../edit/texts'
import { usePublishing } from '../edit/usePublishing'
import './files.css'
import { files, type Incoming, inOrder, nameOf, proposal, type Review, STATES, type State, type Taken, whole } from './files'
import { IncomingLine, lineKey } from './IncomingLine'
import { type Names, shown } from './MemberDifferences'
import type { ObjectDef } from './model'

interface Props {
  onPublished: (changeSet: string, count: number) => void
  onClose: () => void
}

export default function ImportDrawer({ onPublished, onClose }: Props) {
  const { t } = useWords()
  const phone = usePhone()
  const [file, setFile] = useState<File | null>(null)
  const [chosen, setChosen] = useState<Taken | null>(null)
  const [planning, setPlanning] = useState(false)
  const review = useQuery({
    queryKey: ['definitions', 'review', file?.name, file?.size, file?.lastModified],
    queryFn: () => files.review(file as File),
    enabled: file !== null,
    staleTime: Number.POSITIVE_INFINITY,
    gcTime: 0,
    retry: false,
  })
  const found = review.data?.definitions ?? []
  const take = chosen ?? proposal(found)
  const count = Object.keys(take).length
  const choose = (next: File | undefined) => {
    if (!next) return
    setChosen(null)
    setFile(next)
  }
  return (
    <Drawer
      open
      title={t('definitions.import.title')}
      placement={phone ? 'bottom' : 'right'}
      size={phone ? '92vh' : 720}
      onClose={onClose}
      footer={
        <div className="form-foot">
          <span className="quiet grow">{found.length > 0 && t('definitions.import.chosen', { count })}</span>
          <Button onClick={onClose}>{t('action.cancel')}</Button>
          <Button type="primary" disabled={!count || review.isError} onClick={() => setPlanning(true)}>
            {t('definitions.import.plan')}
          </Button>
        </div>
      }
    >
      <div className="import-files">
        <FileDrop file={file} onFile={choose} />
        {!file && <p className="quiet">{t('definitions.import.text')}</p>}
        {file && review.isPending && <Skeleton />}
        {review.isError && <Failed problem={review.error} />}
        {review.data && <Reviewed review={review.data} take={take} onTake={setChosen} />}
      </div>
      {planning && file && (
        <ImportPlan
          file={file}
          found={found}
          take={take}
          onPublished={(changeSet) => onPublished(changeSet, count)}
          onClose={() => setPlanning(false)}
        />
      )}
    </Drawer>
  )
}

/** Where a file is dropped or chosen. */
function FileDrop({ file, onFile }: { file: File | null; onFile: (file: File | undefined) => void }) {
  const { t } = useWords()
  const id = useId()
  const [over, setOver] = useState(false)
  const hover = (event: DragEvent, now: boolean) => {
    event.preventDefault()
    setOver(now)
  }
  return (
    <label
      htmlFor={id}
      className={`file-drop${over ? ' over' : ''}${file ? ' filled' : ''}`}
      onDragOver={(event) => hover(event, true)}
      onDragLeave={(event) => hover(event, false)}
      onDrop={(event) => {
        hover(event, false)
        onFile(event.dataTransfer.files[0])
      }}
    >
      <Icon name={file ? 'file' : 'upload'} size={20} />
      <span className={`grow${file ? ' cut' : ''}`}>{file ? file.name : t('definitions.import.drop')}</span>
      <span className="link">{t(file ? 'definitions.import.another' : 'definitions.import.choose')}</span>
      <input
        id={id}
        type="file"
        className="unseen"
        accept=".zip,.json,application/zip,application/json"
        aria-label={t('definitions.import.choose')}
        onChange={(event) => {
          onFile(event.target.files?.[0])
          event.target.value = ''
        }}
      />
    </label>
  )
}

type ChoiceLike = { key: string; labels?: Texts }

/** What the definitions of the file are called, and the objects a role may name: those of the file over those that are here. */
function useNames(found: Incoming[]): { names: Names; rights: RightsObject[] } {
  const { say } = useWords()
  const catalog = useCatalog()
  const mayRoles = useMe().system_rights.includes('roles')
  const roles = useQuery({
    queryKey: ['admin', 'role-rights'],
    queryFn: administration.roleRights,
    enabled: mayRoles && found.some((one) => one.kind === 'role'),
  })
  return useMemo(() => {
    const given = found.flatMap((one) => {
      const body = one.kind === 'object' ? (one.ways.replace ?? one.ways.adopt ?? one.before) : null
      return body ? [body as unknown as ObjectDef] : []
    })
    const object = (key: string) => given.find((one) => one.key === key) ?? catalog.objects[key]
    const fieldOf = (owner: string, key: string) => object(owner)?.fields?.find((one) => one.key === key)
    const names: Names = {
      definition: (one) => {
        const body = one.ways.replace ?? one.ways.adopt ?? one.before
        const owner = one.kind === 'quality' ? one.key : body?.object
        return say(body?.labels) || (owner ? say(object(owner)?.labels, owner) : one.key)
      },
      object: (key) => say(object(key)?.labels, key),
      field: (owner, key) => say(fieldOf(owner, key)?.labels, key),
      option: (owner, key, value) => {
        const options = fieldOf(owner, key)?.options?.options
        const option = Array.isArray(options) ? (options as ChoiceLike[]).find((one) => one.key === value) : undefined
        return option ? say(option.labels, option.key) : shown(value)
      },
    }
    const rights = given.map((one) => ({
      key: one.key,
      labels: one.labels,
      icon: one.icon ?? 'table',
      above: one.parent ? String(one.fields.find((field) => field.key === one.parent)?.options?.target ?? '') : '',
      fields: (one.fields ?? [])
        .filter((field) => !field.retired)
        .map((field) => ({ ...field, sensitive: field.sensitive ?? false })),
    }))
    const others = (roles.data?.objects ?? []).filter((one) => !rights.some((other) => other.key === one.key))
    return { names, rights: [...rights, ...others] }
  }, [found, catalog, roles.data, say])
}

interface ReviewedProps {
  review: Review
  take: Taken
  onTake: (take: Taken) => void
}

function Reviewed({ review, take, onTake }: ReviewedProps) {
  const { t, say } = useWords()
  const { pack } = review
  const found = useMemo(() => inOrder(review.definitions), [review.definitions])
  const { names, rights } = useNames(found)
  const of = (state: State) => found.filter((one) => one.state === state)
  const summary = STATES.filter((state) => of(state).length > 0)
    .map((state) => t(`definitions.count.${state}`, { count: of(state).length }))
    .join(t('build.comma'))
  const set = (one: Incoming, way: Taken[string] | null) => {
    const { [nameOf(one)]: _, ...rest } = take
    onTake(way ? { ...rest, [nameOf(one)]: way } : rest)
  }
  return (
    <>
      <div className="row import-summary">
        <p className="grow">
          {pack && (
            <strong>
              {t('build.pack', { pack: say(pack.labels, pack.key) })} {pack.version} ·{' '}
            </strong>
          )}
          {summary}
        </p>
        {of('new').length + of('changed').length > 0 && (
          <>
            <Button size="small" onClick={() => onTake(whole(found))}>
              {t('definitions.import.all')}
            </Button>
            <Button size="small" onClick={() => onTake({})}>
              {t('definitions.import.none')}
            </Button>
          </>
        )}
      </div>
      {of('same').length === found.length && <p className="quiet">{t('definitions.import.nothing')}</p>}
      {of('changed').length > 0 && <p className="quiet">{t('definitions.import.stays')}</p>}
      {of('refused').length > 0 && <Alert type="warning" showIcon title={t('definitions.import.refused')} />}
      {STATES.filter((state) => of(state).length > 0).map((state) => (
        <details key={state} open={state !== 'same'} className="incoming-group">
          <summary>
            {t(`definitions.state.${state}`)} ({of(state).length})
          </summary>
          <ul className="incoming-list">
            {of(state).map((one) => (
              <IncomingLine
                key={lineKey(one)}
                one={one}
                way={take[nameOf(one)] ?? null}
                names={names}
                rights={rights}
                onWay={(way) => set(one, way)}
              />
            ))}
          </ul>
        </details>
      ))}
    </>
  )
}

interface PlanProps {
  file: File
  found: Incoming[]
  take: Taken
  onPublished: (changeSet: string) => void
  onClose: () => void
}

function ImportPlan({ file, found, take, onPublished, onClose }: PlanProps) {
  const { t } = useWords()
  const sentence = useProblemText('definitions')
  const { names } = useNames(found)
  const besides = inOrder(found).filter((one) => nameOf(one) in take && one.kind !== 'object')
  const [note, setNote] = useState('')
  const publishing = usePublishing(onPublished)
  const plan = useQuery({
    queryKey: ['definitions', 'plan', file.name, file.lastModified, take],
    queryFn: () => files.plan(file, take),
    staleTime: 0,
    gcTime: 0,
    refetchOnWindowFocus: false,
    retry: false,
  })
  const line = (problem: Found) => {
    const [, kind = '', key = '', part, field = ''] = problem.pointer.split('/')
    const owner = kind === 'object' ? names.object(key) : key
    return (
      <li key={problem.pointer + JSON.stringify(problem.params)}>
        <strong>{part === 'fields' && field ? `${owner} › ${names.field(key, field)}` : owner}</strong>{' '}
        <span>{sentence(problem)}</span>
      </li>
    )
  }
  return (
    <PlanSheet
      plan={plan}
      publishing={publishing}
      line={line}
      note={note}
      onNote={setNote}
      onPublish={() => void publishing.publish(() => files.publish(file, found, take, note))}
      onClose={onClose}
    >
      {besides.length > 0 && (
        <section>
          <h2>{t('definitions.import.besides')}</h2>
          <ul className="import-besides">
            {besides.map((one) => (
              <li key={nameOf(one)}>
                {t(`definitions.kind.${one.kind}`)} {names.definition(one)}
              </li>
            ))}
          </ul>
        </section>
      )}
    </PlanSheet>
  )
}
