/** The create form, from the layout or the fields; what was typed survives a reload. */
import { useNavigate } from '@tanstack/react-router'
import { Button, Drawer } from 'antd'
import { type FormEvent, useEffect, useId, useState } from 'react'
import { drawn, isWide, toWire } from '../../../kinds/fields/registry'
import { ApiProblem, api, type ProblemItem } from '../../../ui/api'
import { canWrite, type Field, layoutOf, type ObjectType, useCatalog } from '../../../ui/catalog'
import { useWords } from '../../../ui/i18n'
import { markStale } from '../../../ui/live'
import { usePhone } from '../../../ui/theme'
import { done, sayProblem, say as toast } from '../../../ui/toast'
import { isBlank } from '../../../ui/Value'
import { wireLines } from './Lines'
import { type LineRow, LineTable, newLine } from './LineTable'
import { SimilarHints, useSimilar } from './Similar'

type Draft = Record<string, unknown>

function formFields(object: ObjectType, keys: string[] | undefined): Field[] {
  const free = object.fields.filter((field) => canWrite(field))
  if (!keys?.length) return free
  const chosen = keys.flatMap((key) => free.find((field) => field.key === key) ?? [])
  return [...chosen, ...free.filter((field) => field.required && isBlank(field.default) && !chosen.includes(field))]
}

const fixed = (value: unknown) =>
  !isBlank(value) && (typeof value !== 'object' || Array.isArray(value) || 'amount' in (value as object))

export function CreateDrawer({ object, preset, onClose }: { object: ObjectType; preset?: Draft; onClose: () => void }) {
  const catalog = useCatalog()
  const { t, say, language } = useWords()
  const phone = usePhone()
  const navigate = useNavigate()
  const form = useId()
  const store = `draft:${object.key}`
  const layout = layoutOf(catalog, object.key)
  const fields = formFields(
    object,
    layout?.create?.length ? layout.create : layout?.sections.flatMap((section) => section.fields),
  )
  const [draft, setDraft] = useState<Draft>(() => {
    const defaults = Object.fromEntries(fields.filter((field) => fixed(field.default)).map((field) => [field.key, field.default]))
    try {
      return { ...defaults, ...(JSON.parse(localStorage.getItem(store) ?? '{}') as Draft), ...preset }
    } catch {
      return { ...defaults, ...preset }
    }
  })
  const [problems, setProblems] = useState<Record<string, string>>({})
  const [busy, setBusy] = useState(false)
  const similar = useSimilar(object, draft)
  const doubtful = similar?.hits.some((hit) => hit.object === object.key && hit.strength === 'certain')
  useEffect(() => localStorage.setItem(store, JSON.stringify(draft)), [draft, store])

  const sentence = (item: ProblemItem) => item.detail ?? t(`problems.${item.code}`, { ...item.params, defaultValue: item.code })
  const refuse = (problem: unknown) => {
    const errors = problem instanceof ApiProblem ? (problem.body.errors ?? []) : []
    const found: Record<string, string> = {}
    for (const item of errors) {
      const key = (item.pointer ?? '').split('/').find((part) => fields.some((field) => field.key === part))
      if (key) found[key] = sentence(item)
    }
    setProblems(found)
    const missed = errors.find((item) => !(item.pointer ?? '').split('/').some((part) => part in found))
    if (!Object.keys(found).length || missed) sayProblem(problem, missed && sentence(missed))
    const first = fields.find((field) => found[field.key])
    if (first) document.getElementById(`${form}-${first.key}`)?.focus()
  }
  const submit = async (event?: FormEvent, mergeWith?: string) => {
    event?.preventDefault()
    const missing = fields.filter((field) => field.required && isBlank(draft[field.key]) && isBlank(field.default))
    if (missing.length) {
      setProblems(Object.fromEntries(missing.map((field) => [field.key, t('form.missing')])))
      document.getElementById(`${form}-${missing[0]?.key}`)?.focus()
      return
    }
    const row: Draft = {}
    for (const field of fields) {
      const value = draft[field.key]
      const target = field.type === 'lines' ? catalog.objects[String(field.options.target)] : undefined
      if (target && Array.isArray(value))
        row[field.key] = wireLines(target, String(field.options.parent ?? 'parent'), value as LineRow[])
      else if (!isBlank(value)) row[field.key] = toWire(field, value)
    }
    setBusy(true)
    try {
      const written = await api.create(object.key, row)
      localStorage.removeItem(store)
      const id = written.ids[0]
      done(
        (t) => t('toast.created', { name: say(object.labels, object.key) }),
        written.action,
        () => markStale(object.key),
      )
      markStale(object.key)
      onClose()
      if (id && mergeWith) void navigate({ to: '/data/$', params: { _splat: `compare/${object.key}/${mergeWith},${id}` } })
      else if (id && !preset) void navigate({ to: '/o/$object/$id', params: { object: object.key, id } })
    } catch (problem) {
      refuse(problem)
    } finally {
      setBusy(false)
    }
  }
  const clear = () => {
    localStorage.removeItem(store)
    setDraft({ ...preset })
    toast(t('form.cleared'))
  }
  return (
    <Drawer
      open
      destroyOnHidden
      title={t('form.create', { name: say(object.labels, object.key) })}
      placement={phone ? 'bottom' : 'right'}
      size={phone ? '92vh' : 560}
      onClose={onClose}
      footer={
        <div className="form-foot">
          <Button type="text" onClick={clear}>
            {t('form.clear')}
          </Button>
          <span className="toolbar-space" />
          <Button onClick={onClose}>{t('action.cancel')}</Button>
          <Button type="primary" htmlType="submit" form={form} loading={busy}>
            {t(doubtful ? 'duplicates.createAnyway' : 'action.save')}
          </Button>
        </div>
      }
    >
      <form id={form} className="form" noValidate onSubmit={(event) => void submit(event)}>
        {fields.map((field, index) => {
          const { control } = drawn(catalog, object, field)
          const id = `${form}-${field.key}`
          const change = (value: unknown) => {
            setDraft((now) => ({ ...now, [field.key]: value }))
            setProblems(({ [field.key]: _gone, ...rest }) => rest)
          }
          const target = field.type === 'lines' ? catalog.objects[String(field.options.target)] : undefined
          if (field.type === 'lines' && !target) return null
          return (
            <div key={field.key} className={isWide(field) ? 'form-field wide' : 'form-field'}>
              <label htmlFor={id}>
                {say(field.labels, field.key)}
                {field.required && <span className="required" title={t('form.required')} />}
              </label>
              {target ? (
                <LineTable
                  editing
                  target={target}
                  parent={String(field.options.parent ?? 'parent')}
                  rows={((draft[field.key] as LineRow[] | undefined) ?? []).map((line) => ({ ...newLine(), ...line }))}
                  onChange={change}
                />
              ) : (
                <control.Input
                  id={id}
                  value={draft[field.key]}
                  field={field}
                  language={language}
                  invalid={field.key in problems}
                  autoFocus={index === 0}
                  onChange={change}
                />
              )}
              {field.help && say(field.help) && <p className="help">{say(field.help)}</p>}
              {problems[field.key] && (
                <p className="field-problem" role="alert">
                  {problems[field.key]}
                </p>
              )}
            </div>
          )
        })}
      </form>
      {similar && <SimilarHints object={object} found={similar} onMerge={(id) => void submit(undefined, id)} />}
    </Drawer>
  )
}
