/** A list's question as a file: what will be in it, how far it is, and the file. */
import { useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { Alert, Button, Checkbox, Collapse, Modal, Radio, Select } from 'antd'
import { useEffect, useRef, useState } from 'react'
import { ApiProblem, type Question } from '../../../ui/api'
import type { Catalog, ObjectType } from '../../../ui/catalog'
import { number } from '../../../ui/format'
import { Icon } from '../../../ui/Icon'
import { LANGUAGES, useWords } from '../../../ui/i18n'
import { workBegan } from '../work/began'
import { allColumns, type Choice, linesOf, listColumns, options } from './columns'
import { ExportProgress } from './Progress'
import { bytes, Trouble } from './parts'
import { download, exportsServer, isUnderWay, type Preview, useForget, useRun, type Wanted } from './server'
import './exports.css'

interface Props {
  catalog: Catalog
  object: ObjectType
  question: Question
  columns: string[]
  ids?: string[] | undefined
  onClose: () => void
}

export default function ExportDialog({ catalog, object, question, columns, ids, onClose }: Props) {
  const { t, say, language } = useWords()
  const [running, setRunning] = useState<string | null>(null)
  const title = t('export.title', { name: say(object.labels, object.key) })
  const [format, setFormat] = useState<'xlsx' | 'csv'>('xlsx')
  const [choice, setChoice] = useState<Choice>('list')
  const [picked, setPicked] = useState<string[]>(() => listColumns(object, columns))
  const [lines, setLines] = useState<string[]>(() =>
    linesOf(object).flatMap((one) => (columns.includes(one.key) ? [one.key] : [])),
  )
  const [spoken, setSpoken] = useState<string>(language)
  const [form, setForm] = useState({ calculating: false, with_ids: false, about: false })
  const fields = { list: listColumns(object, columns), all: allColumns(object), pick: picked }[choice]
  const { filter, search, sort } = question
  const wanted: Wanted = {
    format,
    fields,
    language: spoken,
    ...(lines.length ? { lines } : {}),
    ...(sort?.length ? { sort } : {}),
    ...(ids ? { ids } : { ...(filter ? { filter } : {}), ...(search ? { search } : {}) }),
    ...form,
    about: form.about && format === 'csv',
  }
  return (
    <Modal open title={title} footer={null} onCancel={onClose} destroyOnHidden width={560}>
      {running ? (
        <Making id={running} onClose={onClose} />
      ) : (
        <div className="export-form">
          <fieldset>
            <legend>{t('export.format')}</legend>
            <Radio.Group
              value={format}
              onChange={(event) => setFormat(event.target.value as 'xlsx' | 'csv')}
              options={(['xlsx', 'csv'] as const).map((value) => ({ value, label: t(`export.${value}`) }))}
            />
          </fieldset>
          <fieldset>
            <legend>{t('export.columns')}</legend>
            <Radio.Group
              className="export-columns"
              value={choice}
              onChange={(event) => setChoice(event.target.value as Choice)}
              options={[
                { value: 'list', label: t('export.columnsShown', { count: listColumns(object, columns).length }) },
                { value: 'all', label: t('export.columnsAll', { count: allColumns(object).length }) },
                { value: 'pick', label: t('export.columnsPick') },
              ]}
            />
            {choice === 'pick' && (
              <Select
                mode="multiple"
                className="full"
                aria-label={t('export.columns')}
                optionFilterProp="label"
                value={picked}
                options={options(catalog, object, say)}
                onChange={setPicked}
              />
            )}
            {linesOf(object).map((one) => (
              <Checkbox
                key={one.key}
                checked={lines.includes(one.key)}
                onChange={(event) =>
                  setLines(event.target.checked ? [...lines, one.key] : lines.filter((key) => key !== one.key))
                }
              >
                {t('export.linesOf', { name: say(one.labels, one.key) })}
              </Checkbox>
            ))}
          </fieldset>
          <label className="export-language" htmlFor="export-language">
            <span>{t('export.language')}</span>
            <Select
              id="export-language"
              value={spoken}
              onChange={setSpoken}
              options={Object.entries(LANGUAGES).map(([value, label]) => ({ value, label }))}
            />
          </label>
          <Collapse
            ghost
            size="small"
            items={[{ key: 'more', label: t('export.more'), children: <More format={format} form={form} onChange={setForm} /> }]}
          />
          <Holds object={object} wanted={wanted} onBegun={setRunning} />
        </div>
      )}
    </Modal>
  )
}

interface Form {
  calculating: boolean
  with_ids: boolean
  about: boolean
}

function More({ format, form, onChange }: { format: string; form: Form; onChange: (form: Form) => void }) {
  const { t } = useWords()
  return (
    <div className="export-more">
      <Checkbox checked={form.calculating} onChange={(event) => onChange({ ...form, calculating: event.target.checked })}>
        {t('export.calculating')}
      </Checkbox>
      <small className="quiet">{t('export.calculatingText')}</small>
      <Checkbox checked={form.with_ids} onChange={(event) => onChange({ ...form, with_ids: event.target.checked })}>
        {t('export.withIds')}
      </Checkbox>
      {format === 'csv' && (
        <Checkbox checked={form.about} onChange={(event) => onChange({ ...form, about: event.target.checked })}>
          {t('export.withPage')}
        </Checkbox>
      )}
    </div>
  )
}

/** What the file will hold, and the button; where a limit is in the way, what to do instead. */
function Holds({ object, wanted, onBegun }: { object: ObjectType; wanted: Wanted; onBegun: (id: string) => void }) {
  const { t, language } = useWords()
  const forget = useForget()
  const [busy, setBusy] = useState(false)
  const [problem, setProblem] = useState<unknown>(null)
  const { fields, lines, filter, search, sort, ids } = wanted
  const asked = useQuery({
    queryKey: ['object', object.key, 'export-preview', fields, lines, filter, search, sort, ids, wanted.language],
    queryFn: () => exportsServer.preview(object.key, wanted),
    enabled: fields.length > 0,
    placeholderData: (old) => old,
    retry: false,
    staleTime: 0,
  })
  const found = asked.data
  const begin = async () => {
    setBusy(true)
    setProblem(null)
    try {
      onBegun((await exportsServer.begin(object.key, wanted)).id)
      void forget()
      workBegan()
    } catch (failure) {
      setProblem(failure)
    } finally {
      setBusy(false)
    }
  }
  const over = found ? (found.more ? 'export' : found.count > found.left ? 'day' : '') : ''
  const failure = problem ?? (asked.isError ? asked.error : null)
  return (
    <>
      <section className="export-holds" aria-live="polite">
        {found && (
          <>
            <strong className="tabular">
              {found.more && '> '}
              {t('export.willHold', { count: found.count, shown: number(found.count, language) })}
            </strong>
            <p className="quiet export-said">{found.said}</p>
            <Named found={found} state="masked" />
            <Named found={found} state="mixed" />
            <Named found={found} state="sensitive" />
          </>
        )}
        {over && found && (
          <Alert
            type="warning"
            showIcon
            title={
              over === 'export'
                ? t('export.tooMany', { maximum: number(found.rows_per_export, language) })
                : t('export.tooManyDay', { left: number(found.left, language) })
            }
          />
        )}
        {failure instanceof ApiProblem && <Trouble problem={failure} />}
      </section>
      <div className="form-foot">
        <small className="quiet">{t('export.logged')}</small>
        <span className="toolbar-space" />
        <Button type="primary" loading={busy} disabled={!found || Boolean(over) || !fields.length} onClick={() => void begin()}>
          {t('export.do')}
        </Button>
      </div>
    </>
  )
}

function Named({ found, state }: { found: Preview; state: 'masked' | 'mixed' | 'sensitive' }) {
  const { t } = useWords()
  const named = found.columns.filter((one) =>
    state === 'sensitive' ? one.sensitive && one.state !== 'masked' : one.state === state,
  )
  if (!named.length) return null
  return (
    <p className="quiet">
      <Icon name={state === 'sensitive' ? 'eye' : 'lock'} />{' '}
      {t(`export.${state}`, { columns: named.map((one) => one.label).join(t('build.comma')) })}
    </p>
  )
}

/** The export under way; once it is ready its file comes by itself, and can be had again. */
function Making({ id, onClose }: { id: string; onClose: () => void }) {
  const { t, language } = useWords()
  const forget = useForget()
  const run = useRun(id).data
  const [problem, setProblem] = useState<unknown>(null)
  const taken = useRef(false)
  const ready = run?.state === 'ready' ? run : undefined
  useEffect(() => {
    if (!ready || taken.current) return
    taken.current = true
    void forget()
    download(ready).catch(setProblem)
  }, [ready, forget])
  if (isUnderWay(run) || !run)
    return (
      <div className="export-form">
        <ExportProgress run={run} />
        <p className="quiet">{t('export.closable')}</p>
        <div className="form-foot">
          <Button danger onClick={() => void exportsServer.end(id).then(forget)}>
            {t('export.cancel')}
          </Button>
          <span className="toolbar-space" />
          <Button onClick={onClose}>{t('action.close')}</Button>
        </div>
      </div>
    )
  return (
    <div className="export-form">
      {ready ? (
        <p role="status">
          <Icon name="check" /> {t('export.ready', { name: ready.name })}
          <br />
          <span className="quiet">
            {t('export.size', { rows: number(ready.rows + ready.lines, language), size: bytes(ready.size, language) })}
            {ready.cut > 0 && ` · ${t('export.cutText', { count: ready.cut })}`}
          </span>
        </p>
      ) : (
        <p role="status">{t(`export.state.${run.state}`)}</p>
      )}
      {run.problem && <Alert type="error" showIcon title={run.problem.detail} description={run.problem.next} />}
      {problem instanceof ApiProblem && <Trouble problem={problem} />}
      <div className="form-foot">
        <Link to="/exports" onClick={onClose}>
          {t('export.openList')}
        </Link>
        <span className="toolbar-space" />
        <Button onClick={onClose}>{t('action.close')}</Button>
        {ready && (
          <Button type="primary" onClick={() => void download(ready).catch(setProblem)}>
            <Icon name="download" /> {t('export.download')}
          </Button>
        )}
      </div>
    </div>
  )
}
