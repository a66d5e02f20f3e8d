/** The object editor: fields on the left, the settings of the chosen one on the right; nothing is live until it is published. */
import { useQueryClient } from '@tanstack/react-query'
import { Link, useNavigate, useParams } from '@tanstack/react-router'
import { Alert, Button, Drawer } from 'antd'
import { useMemo, useRef, useState } from 'react'
import { useMe } from '../../../ui/catalog'
import { Icon } from '../../../ui/Icon'
import { useWords } from '../../../ui/i18n'
import { Empty, Failed, Skeleton } from '../../../ui/states'
import { usePhone } from '../../../ui/theme'
import { sayProblem, say as toast } from '../../../ui/toast'
import { EditorHead } from '../edit/EditorHead'
import { definitions } from '../edit/server'
import { useProblemText } from '../edit/texts'
import { type Editor, type Shape, useEditor, useProblems } from '../edit/useEditor'
import { Versions } from '../edit/Versions'
import { Differences } from './Differences'
import { FieldForm } from './FieldForm'
import { FieldList } from './FieldList'
import {
  addField,
  changeField,
  changeObject,
  type Doc,
  differences,
  type FieldDef,
  lineObject,
  merge,
  type ObjectDef,
  placeOf,
  proposeKey,
  STAGES,
} from './model'
import { ObjectForm } from './ObjectForm'
import { PlanDrawer } from './PlanDrawer'
import { type FieldTypes, useDefinitions, useFieldTypes } from './server'
import { TypePicker } from './TypePicker'

const OBJECTS: Shape<ObjectDef> = { kind: 'object', normal: (body) => ({ ...body, fields: body.fields ?? [] }), merge }

export default function ObjectPage() {
  const { key } = useParams({ strict: false }) as { key: string }
  const me = useMe()
  const { t } = useWords()
  if (!me.system_rights.includes('build')) return <Empty icon="lock" title={t('state.noRight')} text={t('build.noRight')} />
  return <Loaded key={key} object={key} />
}

function Loaded({ object }: { object: string }) {
  const editor = useEditor(OBJECTS, object)
  const types = useFieldTypes()
  if (editor.problem) return <Failed problem={editor.problem} retry={editor.retry} />
  if (types.isError) return <Failed problem={types.error} retry={() => void types.refetch()} />
  if (editor.loading || !editor.doc || !types.data) return <Skeleton />
  return <Editing object={object} doc={editor.doc} editor={editor} types={types.data} />
}

function Editing({ object, doc, editor, types }: { object: string; doc: Doc; editor: Editor<ObjectDef>; types: FieldTypes }) {
  const { t, say } = useWords()
  const phone = usePhone()
  const navigate = useNavigate()
  const queries = useQueryClient()
  const all = useDefinitions()
  const problems = useProblems(doc)
  const sentence = useProblemText()
  const [sheet, setSheet] = useState(object)
  const [selected, setSelected] = useState('')
  const [dialog, setDialog] = useState<'' | 'type' | 'plan' | 'versions'>('')
  const [undoing, setUndoing] = useState('')
  const shown = doc[sheet] ? sheet : object
  const owner = doc[shown] as ObjectDef
  const original = shown === object ? editor.original : undefined
  const field = owner.fields.find((one) => one.key === selected && !one.retired)
  const retiredNow = Boolean(editor.original?.retired)

  const changes = useMemo(() => differences(original, owner), [original, owner])
  const changedKeys = useMemo(
    () =>
      new Set(original ? changes.flatMap((one) => ('field' in one ? [one.field.key] : [])) : owner.fields.map((one) => one.key)),
    [changes, original, owner],
  )
  const count = original ? changes.length + Object.keys(doc).length - 1 : owner.fields.length
  const here = problems.filter((problem) => placeOf(problem).object === shown || !placeOf(problem).object)
  const wrong = new Set(here.map((problem) => placeOf(problem).field).filter(Boolean))

  const change = editor.change
  const onField = (key: string, changed: Partial<FieldDef>, place?: string) => {
    if (changed.key && changed.key !== key && selected === key) setSelected(changed.key)
    change(changeField(doc, shown, key, changed), place)
  }
  const add = (type: string) => {
    setDialog('')
    const taken = owner.fields.map((one) => one.key)
    const key = proposeKey(type, type, taken)
    if (type === 'lines') {
      const objects = [...Object.keys(doc), ...(all.data ?? []).filter((one) => one.kind === 'object').map((one) => one.key)]
      const child = proposeKey(`${owner.key.slice(0, 30)}_line`, 'line', objects)
      const labels = Object.fromEntries(
        Object.entries(owner.labels).map(([code, text]) => [code, `${text}${code === 'en' ? ' lines' : '明细'}`]),
      )
      const options = { target: child }
      change({ ...addField(doc, shown, { key, type, labels, options }), [child]: lineObject(owner, labels, child) })
    } else {
      const options: Record<string, Record<string, unknown>> = { rollup: { function: 'count' }, formula: { expression: '' } }
      const stages = type === 'status' ? { options: STAGES.options ?? {}, default: STAGES.default } : {}
      change(addField(doc, shown, { key, type, labels: {}, ...(options[type] ? { options: options[type] } : {}), ...stages }))
    }
    setSelected(key)
  }
  const jump = (where: string, key: string) => {
    setDialog('')
    if (doc[where]) setSheet(where)
    setSelected(key)
  }
  const afterPublish = async () => {
    await Promise.all([
      queries.invalidateQueries({ queryKey: ['catalog'] }),
      queries.invalidateQueries({ queryKey: ['definitions'] }),
      queries.invalidateQueries({ queryKey: ['drafts'] }),
      queries.invalidateQueries({ queryKey: ['versions', 'object', object] }),
    ])
    await editor.reload()
  }
  const onPublished = async (changeSet: string) => {
    const fresh = !editor.original
    setDialog('')
    setSheet(object)
    await afterPublish()
    toast(t('build.published', { name: say(doc[object]?.labels, object) }), {
      undo: async () => {
        const made = await definitions.undo(changeSet)
        if (made.state === 'running') {
          setUndoing(made.change_set)
          setDialog('versions')
          return 'later'
        }
        if (fresh) await navigate({ to: '/build' })
        await afterPublish()
        return 'done'
      },
    })
  }
  const discard = async () => {
    const before = doc
    try {
      await editor.discard()
      if (!editor.version) await navigate({ to: '/build' })
      toast(t('build.discarded'), {
        undo: async () => {
          await definitions.keep('object', object, before, editor.base)
          await queries.invalidateQueries({ queryKey: ['drafts'] })
          if (editor.version) await editor.reload()
          else await navigate({ to: '/build/objects/$key', params: { key: object } })
        },
      })
    } catch (problem) {
      sayProblem(problem)
    }
  }
  const retire = (retired: boolean) => change(changeObject(doc, object, { retired }))
  const form = field && (
    <FieldForm
      doc={doc}
      owner={owner}
      field={field}
      published={original?.fields.find((one) => one.key === field.key)}
      types={types}
      problems={here}
      onChange={(changed, place) => onField(field.key, changed, place)}
      onOpen={(key) => (doc[key] ? jump(key, '') : void navigate({ to: '/build/objects/$key', params: { key } }))}
    />
  )
  const objectForm = (
    <ObjectForm
      owner={owner}
      published={Boolean(original)}
      problems={here.map((one) => ({ place: placeOf(one), text: sentence(one) }))}
      onChange={(changed, place) => change(changeObject(doc, shown, changed), place)}
    />
  )
  const aside = field ? form : objectForm
  const asideTitle = field ? say(field.labels, t('build.unnamed')) : t('build.objectSettings')
  return (
    <div className="builder">
      <EditorHead
        editor={editor}
        back={
          <Link to="/build" className="icon-button" aria-label={t('build.back')}>
            <Icon name="left" size={20} />
          </Link>
        }
        icon={doc[object]?.icon ?? 'table'}
        title={say(doc[object]?.labels, object)}
        count={count}
        actions={
          editor.version && !owner.parent
            ? [
                doc[object]?.retired
                  ? { key: 'unretire', label: t('build.restoreObject'), run: () => retire(false) }
                  : { key: 'retire', label: t('build.retireObject'), danger: true, run: () => retire(true) },
              ]
            : []
        }
        onVersions={() => setDialog('versions')}
        onDiscard={() => void discard()}
        onPublish={() => setDialog('plan')}
      >
        {editor.version > 0 && !retiredNow && !owner.parent && (
          <Link
            to="/build/quality/$key"
            params={{ key: object }}
            className="icon-button"
            aria-label={t('build.quality.open')}
            title={t('build.quality.open')}
          >
            <Icon name="merge" />
          </Link>
        )}
        {editor.version > 0 && !retiredNow && !owner.parent && (
          <Link
            to="/o/$object"
            params={{ object }}
            className="icon-button"
            aria-label={t('build.openRecords')}
            title={t('build.openRecords')}
          >
            <Icon name="expand" />
          </Link>
        )}
      </EditorHead>
      {Object.keys(doc).length > 1 && (
        <div className="builder-tabs" role="tablist">
          {Object.values(doc).map((one) => (
            <button key={one.key} type="button" role="tab" aria-selected={one.key === shown} onClick={() => jump(one.key, '')}>
              {say(one.labels, one.key)}
            </button>
          ))}
        </div>
      )}
      {doc[object]?.retired && <Alert type="warning" showIcon title={t(retiredNow ? 'build.isRetired' : 'build.willRetire')} />}
      <div className="builder-body">
        <div className="builder-list">
          <button type="button" className={field ? 'object-row' : 'object-row now'} onClick={() => setSelected('')}>
            <Icon name="settings" /> <span className="grow">{t('build.objectSettings')}</span>
            <span className="quiet">{t('build.fields', { count: owner.fields.filter((one) => !one.retired).length })}</span>
          </button>
          <FieldList
            doc={doc}
            owner={owner}
            original={original}
            selected={selected}
            wrong={wrong}
            changed={changedKeys}
            onSelect={setSelected}
            onChange={change}
            onField={onField}
          />
          <Button type="dashed" block icon={<Icon name="plus" />} onClick={() => setDialog('type')}>
            {t('build.addField')}
          </Button>
          {problems.length > 0 && (
            <button
              type="button"
              className="problem-count"
              onClick={() => {
                const place = placeOf(problems[0] as (typeof problems)[0])
                jump(place.object, place.field)
              }}
            >
              <Icon name="warn" /> {t('plan.problems', { count: problems.length })}
            </button>
          )}
        </div>
        {phone ? (
          <PhoneSheet open={Boolean(field)} title={asideTitle} onClose={() => setSelected('')} settings={objectForm}>
            {form}
          </PhoneSheet>
        ) : (
          <aside className="builder-side" aria-label={asideTitle}>
            <h2>{asideTitle}</h2>
            {aside}
          </aside>
        )}
      </div>
      {dialog === 'type' && <TypePicker types={types} lines={!owner.parent} onPick={add} onClose={() => setDialog('')} />}
      {dialog === 'plan' && (
        <PlanDrawer
          object={object}
          doc={doc}
          original={editor.original}
          base={editor.base}
          onJump={jump}
          onPublished={(changeSet) => void onPublished(changeSet)}
          onClose={() => setDialog('')}
        />
      )}
      {dialog === 'versions' && (
        <Versions<ObjectDef>
          kind="object"
          name={object}
          compare={(before, after) => <Differences before={before} after={after} />}
          draft={editor.changed ? doc[object] : undefined}
          undoing={undoing}
          onRestore={(body) => change({ ...doc, [object]: { ...body, fields: body.fields ?? [] } })}
          onUndone={() => void afterPublish()}
          onClose={() => {
            setUndoing('')
            setDialog('')
          }}
        />
      )}
    </div>
  )
}

function PhoneSheet({
  open,
  title,
  onClose,
  settings,
  children,
}: {
  open: boolean
  title: string
  onClose: () => void
  settings: React.ReactNode
  children: React.ReactNode
}) {
  const last = useRef(children)
  if (open) last.current = children
  return (
    <>
      <section className="builder-side">{settings}</section>
      <Drawer open={open} title={title} placement="bottom" size="85vh" onClose={onClose}>
        {last.current}
      </Drawer>
    </>
  )
}
