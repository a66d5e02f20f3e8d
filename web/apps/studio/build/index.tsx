/** Objects of this installation, one's own drafts, and the way to a new object. */
import { useQuery, useQueryClient } from '@tanstack/react-query'
import { Link, useNavigate } from '@tanstack/react-router'
import { Button, Checkbox, Drawer, Dropdown, Input } from 'antd'
import { lazy, Suspense, useState } from 'react'
import { ApiProblem } from '../../../ui/api'
import { useMe } from '../../../ui/catalog'
import { DropHere } from '../../../ui/DropHere'
import { ago } from '../../../ui/format'
import { Icon } from '../../../ui/Icon'
import { useWords } from '../../../ui/i18n'
import { Empty, Failed, Skeleton } from '../../../ui/states'
import { usePhone } from '../../../ui/theme'
import { sayProblem, say as toast } from '../../../ui/toast'
import '../edit/edit.css'
import { Running } from '../edit/Running'
import { type ChangeSet, type Draft, definitions } from '../edit/server'
import { bring } from '../import/uploads'
import type { ObjectDef } from './model'
import { SlowLists } from './SlowLists'
import { type Listed, useDefinitions } from './server'

const NewObject = lazy(() => import('./NewObject'))
const ExportDialog = lazy(() => import('./ExportDialog'))
const ImportDrawer = lazy(() => import('./ImportDrawer'))

export default function BuildPage() {
  const me = useMe()
  const { t } = useWords()
  if (!me.system_rights.includes('build')) return <Empty icon="lock" title={t('state.noRight')} text={t('build.noRight')} />
  return <Objects />
}

function Objects() {
  const { t, say } = useWords()
  const navigate = useNavigate()
  const all = useDefinitions()
  const drafts = useQuery({ queryKey: ['drafts'], queryFn: definitions.drafts<ObjectDef>, staleTime: 0 })
  const [search, setSearch] = useState('')
  const [retired, setRetired] = useState(false)
  const [dialog, setDialog] = useState<'' | 'new' | 'export' | 'import'>('')
  const [undoing, setUndoing] = useState('')
  const phone = usePhone()
  const queries = useQueryClient()
  const close = () => setDialog('')
  const refresh = () =>
    Promise.all(['catalog', 'definitions', 'drafts', 'admin'].map((key) => queries.invalidateQueries({ queryKey: [key] })))
  const onImported = async (changeSet: string, count: number) => {
    close()
    await refresh()
    toast(t('definitions.import.published', { count }), {
      undo: async () => {
        const made = await definitions.undo(changeSet)
        if (made.state === 'running') setUndoing(made.change_set)
        else await refresh()
        return made.state === 'running' ? 'later' : 'done'
      },
    })
  }
  const onUndone = async (ended: ChangeSet) => {
    setUndoing('')
    await refresh()
    if (ended.state === 'done') toast(t('toast.undone'))
    else if (ended.problem) sayProblem(new ApiProblem({ status: 422, ...ended.problem }))
  }
  if (all.isPending || drafts.isPending) return <Skeleton />
  if (all.isError || drafts.isError)
    return <Failed problem={all.error ?? drafts.error} retry={() => void Promise.all([all.refetch(), drafts.refetch()])} />
  const objects = all.data.filter((one) => one.kind === 'object')
  const mine = drafts.data.filter((one) => one.kind === 'object')
  const begun = mine.filter((draft) => !objects.some((one) => one.key === draft.key))
  const wanted = search.trim().toLowerCase()
  const found = objects.filter(
    (one) => (retired || !one.retired) && `${one.key} ${Object.values(one.labels).join(' ')}`.toLowerCase().includes(wanted),
  )
  const hidden = objects.filter((one) => one.retired).length
  return (
    <DropHere
      className="page build-page"
      words={t('imports.excel.drop')}
      onFile={(file) => {
        bring({ file })
        void navigate({ to: '/build/excel' })
      }}
    >
      <header className="build-head">
        <div className="grow">
          <h1>{t('build.title')}</h1>
          <p className="quiet">{t('build.intro')}</p>
        </div>
        <Dropdown
          trigger={['click']}
          menu={{
            items: [
              { key: 'export', label: t('definitions.export.title'), onClick: () => setDialog('export') },
              { key: 'import', label: t('definitions.import.title'), onClick: () => setDialog('import') },
            ],
          }}
        >
          <Button aria-label={t('definitions.files')} icon={<Icon name="more" />} />
        </Dropdown>
        <Button icon={<Icon name="upload" />} onClick={() => void navigate({ to: '/build/excel' })}>
          {t('imports.excel.title')}
        </Button>
        <Button type="primary" icon={<Icon name="plus" />} onClick={() => setDialog('new')}>
          {t('build.newObject')}
        </Button>
      </header>
      {objects.length + begun.length === 0 ? (
        <Empty icon="table" title={t('build.none')} text={t('build.noneText')} />
      ) : (
        <>
          <div className="row">
            <Input
              className="build-search"
              allowClear
              prefix={<Icon name="search" />}
              aria-label={t('build.find')}
              placeholder={t('build.find')}
              value={search}
              onChange={(event) => setSearch(event.target.value)}
            />
            {hidden > 0 && (
              <Checkbox checked={retired} onChange={(event) => setRetired(event.target.checked)}>
                {t('build.showRetired', { count: hidden })}
              </Checkbox>
            )}
          </div>
          <ul className="objects">
            {begun.map((draft) => (
              <Begun key={draft.key} draft={draft} />
            ))}
            {found.map((one) => (
              <ObjectLine key={one.key} object={one} parents={objects} draft={mine.find((draft) => draft.key === one.key)} />
            ))}
          </ul>
          {!found.length && !begun.length && <p className="quiet">{t('build.nothingFound', { search: say({ en: search }) })}</p>}
        </>
      )}
      <SlowLists />
      <Suspense>
        {dialog === 'new' && <NewObject taken={[...objects, ...begun].map((one) => one.key)} onClose={close} />}
        {dialog === 'export' && <ExportDialog all={all.data} onClose={close} />}
        {dialog === 'import' && <ImportDrawer onPublished={(done, count) => void onImported(done, count)} onClose={close} />}
      </Suspense>
      {undoing && (
        <Drawer
          open
          title={t('plan.title')}
          placement={phone ? 'bottom' : 'right'}
          size={phone ? '92vh' : 560}
          onClose={() => setUndoing('')}
        >
          <Running id={undoing} back onEnd={(ended) => void onUndone(ended)} />
        </Drawer>
      )}
    </DropHere>
  )
}

function Begun({ draft }: { draft: Draft<ObjectDef> }) {
  const { t, say, language } = useWords()
  const body = draft.body[draft.key]
  return (
    <li>
      <Link className="object-line" to="/build/objects/$key" params={{ key: draft.key }}>
        <Icon name={body?.icon ?? 'table'} size={20} />
        <span className="object-name">
          <strong className="cut">{say(body?.labels, draft.key)}</strong>
          <code>{draft.key}</code>
        </span>
        <span className="pill amber">{t('build.draftNew')}</span>
        <span className="quiet object-figure">{t('build.fields', { count: body?.fields.length ?? 0 })}</span>
        <time className="quiet object-when">{ago(draft.updated_at, language)}</time>
      </Link>
    </li>
  )
}

function ObjectLine({ object, draft, parents }: { object: Listed; draft: Draft<ObjectDef> | undefined; parents: Listed[] }) {
  const { t, say, language } = useWords()
  return (
    <li>
      <Link className="object-line" to="/build/objects/$key" params={{ key: object.key }}>
        <Icon name={object.icon ?? 'table'} size={20} />
        <span className="object-name">
          <strong className="cut">{say(object.labels, object.key)}</strong>
          <code>{object.key}</code>
        </span>
        {draft && <span className="pill amber">{t('build.draft')}</span>}
        {object.retired && <span className="pill grey">{t('build.retired')}</span>}
        {object.parent && <span className="pill blue">{t('build.linesPill')}</span>}
        {object.pack && <span className="quiet object-pack">{t('build.pack', { pack: object.pack })}</span>}
        <span className="quiet object-figure">{t('build.fields', { count: object.fields })}</span>
        <time className="quiet object-when" title={object.author ?? ''}>
          {ago(object.published_at, language)}
        </time>
      </Link>
      {!object.retired && parents.length > 0 && !object.parent && (
        <Link
          className="icon-button"
          to="/o/$object"
          params={{ object: object.key }}
          aria-label={t('build.openOf', { name: say(object.labels, object.key) })}
        >
          <Icon name="expand" />
        </Link>
      )}
    </li>
  )
}
