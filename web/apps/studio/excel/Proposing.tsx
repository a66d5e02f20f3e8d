/** Proposed objects side by side: each sheet's fields with types and choices, every one correctable, then published and filled. */
import { useQuery, useQueryClient } from '@tanstack/react-query'
import { Button, Checkbox, Drawer } from 'antd'
import { useCallback, useEffect, useReducer, useState } from 'react'
import { useCatalog, useMe } from '../../../ui/catalog'
import { number } from '../../../ui/format'
import { Icon } from '../../../ui/Icon'
import { LANGUAGES, useWords } from '../../../ui/i18n'
import { usePhone } from '../../../ui/theme'
import { sayProblem } from '../../../ui/toast'
import { FieldForm } from '../build/FieldForm'
import { FieldList } from '../build/FieldList'
import { changeObject, type FieldDef, type Level, placeOf, proposeKey } from '../build/model'
import { ObjectForm } from '../build/ObjectForm'
import { PlanDrawer } from '../build/PlanDrawer'
import { type FieldTypes, useDefinitions } from '../build/server'
import { type Command, type Found, type History, step } from '../edit/model'
import { useProblemText } from '../edit/texts'
import { useProblems } from '../edit/useEditor'
import { SampleTable } from '../import/Sample'
import { type Import, imports, type Sheet } from '../import/server'
import { workBegan } from '../work/began'
import { ExcelHead } from './Head'
import {
  changeProposed,
  docOf,
  fromProposal,
  linkField,
  linkOf,
  mapsOf,
  type Objects,
  type Proposed,
  renameObject,
  takeIn,
  toggle,
  withDoc,
} from './model'
import { excel, type Proposal } from './server'

const PLACE = (id: string) => `excel:${id}`

function kept(id: string): Objects | null {
  try {
    return JSON.parse(sessionStorage.getItem(PLACE(id)) ?? 'null') as Objects | null
  } catch {
    return null
  }
}

export function Proposing({ one, proposal, types }: { one: Import; proposal: Proposal; types: FieldTypes }) {
  const { t, say, language } = useWords()
  const me = useMe()
  const catalog = useCatalog()
  const phone = usePhone()
  const queries = useQueryClient()
  const all = useDefinitions()
  const sentence = useProblemText()
  const [start] = useState<History<Proposed>>(() => ({
    past: [],
    now: kept(one.id) ?? fromProposal(proposal),
    future: [],
    place: '',
  }))
  const [history, run] = useReducer<History<Proposed>, [Command<Proposed>]>(step, start)
  const objects = history.now
  const doc = docOf(objects)
  const problems = useProblems(doc)
  const [at, setAt] = useState({ object: Object.keys(objects)[0] ?? '', field: '' })
  const [planning, setPlanning] = useState(false)
  const [busy, setBusy] = useState(false)
  const [published, setPublished] = useState('')
  useEffect(() => sessionStorage.setItem(PLACE(one.id), JSON.stringify(objects)), [objects, one.id])
  useKeysOfHistory(run)

  const change = (next: Objects, place?: string) => run(place ? { do: 'change', doc: next, place } : { do: 'change', doc: next })
  const chosen = objects[at.object]
  const field = chosen?.definition.fields.find((item) => item.key === at.field)
  const count = Object.keys(doc).length
  const rows = Object.values(objects).reduce((sum, item) => sum + (item.on ? (sheetOf(one, item)?.rows ?? 0) : 0), 0)
  const order = proposal.maps.map((map) => map.sheet ?? '')
  const taken = (all.data ?? []).filter((item) => item.kind === 'object').map((item) => item.key)
  const onField = (object: string, key: string, changes: Partial<FieldDef>, place?: string) => {
    if (changes.key && changes.key !== key) setAt({ object, field: changes.key })
    change(changeProposed(objects, object, key, changes), place)
  }
  const fill = async (changeSet: string) => {
    setPlanning(false)
    setPublished(changeSet)
    setBusy(true)
    try {
      await queries.invalidateQueries({ queryKey: ['catalog'] })
      const made = await excel.begin(one.id, changeSet, mapsOf(objects, order, one.sheets, catalog, me.person.zone))
      sessionStorage.removeItem(PLACE(one.id))
      workBegan()
      queries.setQueryData(['import-build', one.id], made)
      await Promise.all([
        queries.invalidateQueries({ queryKey: ['definitions'] }),
        queries.invalidateQueries({ queryKey: ['import', one.id] }),
      ])
    } catch (problem) {
      sayProblem(problem)
    } finally {
      setBusy(false)
    }
  }
  const jump = (object: string, key: string) => {
    setPlanning(false)
    if (objects[object]) setAt({ object, field: key })
  }
  const wrongIn = (object: string) => problems.filter((problem) => placeOf(problem).object === object)
  const link = field && linkOf(objects, at.object, field.key)
  const form =
    chosen && field ? (
      <div className="field-form">
        {link && (field.type === 'relation' || field.type === 'text') && (
          <Button
            icon={<Icon name={field.type === 'relation' ? 'text' : 'relation'} />}
            onClick={() => change(linkField(objects, at.object, field.key, field.type === 'text'))}
          >
            {t(field.type === 'relation' ? 'imports.excel.unlink' : 'imports.excel.link', {
              name: say(link.definition.labels, link.definition.key),
            })}
          </Button>
        )}
        <FieldForm
          doc={doc}
          owner={chosen.definition}
          field={field}
          published={undefined}
          types={types}
          problems={wrongIn(at.object)}
          onChange={(changes, place) => onField(at.object, field.key, changes, place)}
          onOpen={(key) => objects[key] && setAt({ object: key, field: '' })}
        />
      </div>
    ) : chosen ? (
      <ObjectForm
        owner={chosen.definition}
        published={false}
        problems={wrongIn(at.object).map((problem) => ({ place: placeOf(problem), text: sentence(problem) }))}
        onChange={(changes, place) => change(withDoc(objects, changeObject(doc, at.object, changes)), place)}
        onKey={(key) => {
          if (key === at.object || objects[key] || taken.includes(key)) return
          change(renameObject(objects, at.object, key), `${one.id}:key`)
          setAt({ object: key, field: '' })
        }}
      />
    ) : null
  const asideTitle = field ? say(field.labels, t('build.unnamed')) : say(chosen?.definition.labels, at.object)
  const [sheetOpen, setSheetOpen] = useState(false)
  return (
    <div className="importing">
      <ExcelHead title={t('imports.excel.proposed', { file: one.name })}>
        <HistoryButtons history={history} run={run} />
        {published ? (
          <Button type="primary" loading={busy} onClick={() => void fill(published)}>
            {t('imports.excel.fill')}
          </Button>
        ) : (
          <Button type="primary" disabled={!count || problems.length > 0} onClick={() => setPlanning(true)}>
            {t('imports.excel.publish', { count, shown: number(rows, language) })}
          </Button>
        )}
      </ExcelHead>
      <div className="builder-body">
        <div className="proposed-objects">
          {Object.entries(objects).map(([key, item]) => (
            <ObjectColumn
              key={item.sheet}
              item={item}
              sheet={sheetOf(one, item)}
              objects={objects}
              selected={key === at.object ? at.field : ''}
              now={key === at.object}
              problems={wrongIn(key)}
              onSelect={(name) => {
                setAt({ object: key, field: name })
                if (phone) setSheetOpen(true)
              }}
              onObjects={change}
              onField={(name, changes) => onField(key, name, changes)}
            />
          ))}
        </div>
        {phone ? (
          <Drawer open={sheetOpen} title={asideTitle} placement="bottom" size="85vh" onClose={() => setSheetOpen(false)}>
            {form}
          </Drawer>
        ) : (
          <aside className="builder-side" aria-label={asideTitle}>
            <h2>{asideTitle}</h2>
            {form}
          </aside>
        )}
      </div>
      {chosen && <SheetDock one={one} sheet={sheetOf(one, chosen)} column={chosen.origins[at.field] ?? ''} />}
      {planning && (
        <PlanDrawer
          object={Object.keys(doc)[0] ?? ''}
          doc={doc}
          original={undefined}
          base={0}
          begin={ownLevels(me.roles)}
          onJump={jump}
          onPublished={(changeSet) => void fill(changeSet)}
          onClose={() => setPlanning(false)}
        />
      )}
    </div>
  )
}

/** Who imports must be able to make the records: his own roles may, unless he says otherwise. */
const ownLevels = (roles: (string | { key: string })[]): Record<string, Level> =>
  Object.fromEntries(
    roles
      .map((role) => (typeof role === 'string' ? role : role.key))
      .filter((key) => key !== 'administrator')
      .map((key) => [key, 'all']),
  )

const sheetOf = (one: Import, item: Proposed): Sheet | undefined => one.sheets.find((sheet) => sheet.name === item.sheet)

function useKeysOfHistory(run: (command: Command<Proposed>) => void): void {
  useEffect(() => {
    const onKeyDown = (event: KeyboardEvent) => {
      const letter = event.key.toLowerCase()
      if (!(event.ctrlKey || event.metaKey) || event.altKey || (letter !== 'z' && letter !== 'y')) return
      event.preventDefault()
      run({ do: letter === 'y' || event.shiftKey ? 'redo' : 'undo' })
    }
    window.addEventListener('keydown', onKeyDown)
    return () => window.removeEventListener('keydown', onKeyDown)
  }, [run])
}

function HistoryButtons({ history, run }: { history: History<Proposed>; run: (command: Command<Proposed>) => void }) {
  const { t } = useWords()
  return (
    <>
      <button
        type="button"
        className="icon-button"
        aria-label={t('action.undo')}
        title={`${t('action.undo')} (Ctrl Z)`}
        disabled={!history.past.length}
        onClick={() => run({ do: 'undo' })}
      >
        <Icon name="restore" />
      </button>
      <button
        type="button"
        className="icon-button flip"
        aria-label={t('build.redo')}
        title={`${t('build.redo')} (Ctrl Shift Z)`}
        disabled={!history.future.length}
        onClick={() => run({ do: 'redo' })}
      >
        <Icon name="restore" />
      </button>
    </>
  )
}

interface ColumnProps {
  item: Proposed
  sheet: Sheet | undefined
  objects: Objects
  selected: string
  now: boolean
  problems: Found[]
  onSelect: (field: string) => void
  onObjects: (objects: Objects) => void
  onField: (key: string, changes: Partial<FieldDef>) => void
}

function ObjectColumn({ item, sheet, objects, selected, now, problems, onSelect, onObjects, onField }: ColumnProps) {
  const { t, say, language } = useWords()
  const owner = item.definition
  const wrong = new Set(problems.map((problem) => placeOf(problem).field).filter(Boolean))
  const other = language === 'zh-CN' ? 'en' : 'zh-CN'
  const nameless = !owner.labels[language] ? language : !owner.labels[other] ? other : ''
  const none = useCallback(() => new Set<string>(), [])
  const bring = (name: string) => {
    const column = sheet?.columns.find((one) => one.name === name)
    const key = proposeKey(
      name,
      'field',
      owner.fields.map((one) => one.key),
    )
    const type = column?.guess.type && column.guess.type !== 'user' ? column.guess.type : 'text'
    onObjects(takeIn(objects, owner.key, name, { key, type, labels: { [language]: name }, options: column?.guess.options ?? {} }))
    onSelect(key)
  }
  return (
    <section
      className={['proposed-object', now ? 'now' : '', item.on ? '' : 'off'].join(' ').trim()}
      aria-label={say(owner.labels, owner.key)}
    >
      <div className="proposed-head">
        <Checkbox
          checked={item.on}
          aria-label={t('imports.excel.include', { name: say(owner.labels, owner.key) })}
          onChange={(event) => onObjects(toggle(objects, owner.key, event.target.checked))}
        />
        <button type="button" className="proposed-name" aria-current={now && !selected} onClick={() => onSelect('')}>
          <Icon name={owner.icon ?? 'table'} size={20} />
          <span>
            <strong className="cut">{say(owner.labels, owner.key)}</strong>
            <span className="quiet cut">
              {nameless ? t('imports.excel.noOther', { language: LANGUAGES[nameless] }) : owner.labels[other]}
            </span>
          </span>
          <Icon name="build" />
        </button>
      </div>
      <p className="quiet proposed-sheet">
        {sheet &&
          [item.sheet, t('imports.rows', { count: sheet.rows, shown: number(sheet.rows, language) })]
            .filter(Boolean)
            .join(t('imports.dot'))}
      </p>
      {problems.length > 0 && item.on && (
        <p className="danger-text proposed-sheet">
          <Icon name="warn" /> {t('plan.problems', { count: problems.length })}
        </p>
      )}
      {item.on && (
        <FieldList
          doc={docOf(objects)}
          owner={owner}
          original={undefined}
          selected={selected}
          wrong={wrong}
          changed={none()}
          onSelect={onSelect}
          onChange={(doc) => onObjects(withDoc(objects, doc))}
          onField={onField}
        />
      )}
      {item.on && item.leftOut.length > 0 && (
        <details className="left-out">
          <summary>{t('imports.excel.leftOut', { count: item.leftOut.length })}</summary>
          <ul>
            {item.leftOut.map((name) => (
              <li key={name}>
                <span className="cut grow">{name}</span>
                <Button size="small" type="text" icon={<Icon name="plus" />} onClick={() => bring(name)}>
                  {t('imports.excel.takeIn')}
                </Button>
              </li>
            ))}
          </ul>
        </details>
      )}
    </section>
  )
}

function SheetDock({ one, sheet, column }: { one: Import; sheet: Sheet | undefined; column: string }) {
  const { t } = useWords()
  const catalog = useCatalog()
  const phone = usePhone()
  const [open, setOpen] = useState(!phone)
  const rows = useQuery({
    queryKey: ['import-sample', one.id, sheet?.name],
    queryFn: () => imports.sample(one.id, sheet?.name ?? ''),
    enabled: Boolean(sheet),
    staleTime: Number.POSITIVE_INFINITY,
  }).data
  if (!sheet) return null
  return (
    <section className={open ? 'dock open' : 'dock'} aria-label={t('imports.sample.title')}>
      <button type="button" className="dock-bar" aria-expanded={open} onClick={() => setOpen(!open)}>
        <Icon name={open ? 'down' : 'up'} />
        <strong>{t('imports.sample.title')}</strong>
        <span className="quiet cut">{sheet.name}</span>
      </button>
      {open && rows && (
        <div className="dock-body low">
          <SampleTable
            sheet={sheet}
            map={null}
            rows={rows.rows.map((row) => ({ ...row, records: {}, problems: [] }))}
            catalog={catalog}
            column={column}
          />
        </div>
      )}
    </section>
  )
}
