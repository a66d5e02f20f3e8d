/** What publishing will do, sentence by sentence; who may use a new object; then it is published, with a way back. */
import { useQuery } from '@tanstack/react-query'
import { Alert, Button, Drawer, Input, Select } from 'antd'
import { useCallback, useState } from 'react'
import { isFiles } from '../../../kinds/fields/registry'
import { ApiProblem } from '../../../ui/api'
import { layoutOf, useCatalog, useMe, viewsOf } from '../../../ui/catalog'
import { Icon } from '../../../ui/Icon'
import { useWords } from '../../../ui/i18n'
import { Failed, Skeleton } from '../../../ui/states'
import { usePhone } from '../../../ui/theme'
import type { Found } from '../edit/model'
import { Running } from '../edit/Running'
import { definitions as asking, type ChangeSet, type Step } from '../edit/server'
import { useProblemText } from '../edit/texts'
import { publishBegan } from '../work/began'
import { type Doc, type FieldDef, LEVELS, type Level, type ObjectDef, placeOf, rightsFor } from './model'
import { useDefinitions } from './server'

interface Props {
  object: string
  doc: Doc
  original: ObjectDef | undefined
  base: number
  onJump: (object: string, field: string) => void
  onPublished: (changeSet: string) => void
  onClose: () => void
  /** What roles may do with new objects unless somebody says otherwise. */
  begin?: Record<string, Level>
}

type Bodies = { objects?: Record<string, unknown>; [member: string]: unknown }

/** Where new fields are put: the create form and the columns of the shared list view. */
interface Placing {
  layout: { key: string; fields: string[] } | undefined
  view: { key: string; fields: string[] } | undefined
}

/** The definitions that are published: the objects, roles and menus that get the new one, the form and the view that get new fields. */
async function together(doc: Doc, fresh: string[], levels: Record<string, Level>, menu: string, placing: Placing) {
  const definitions: object[] = Object.values(doc)
  const base: Record<string, number> = {}
  for (const [key, level] of Object.entries(levels)) {
    if (level === 'none') continue
    const role = await asking.get<Bodies>('role', key)
    const body = role.body
    const given = Object.fromEntries(fresh.map((object) => [object, rightsFor(level)]))
    definitions.push({ ...body, objects: { ...body.objects, ...given } })
    base[`role/${key}`] = role.version
  }
  if (menu) {
    const found = await asking.get<Bodies>('menu', menu)
    definitions.push({ ...found.body, objects: [...((found.body.objects as unknown as string[]) ?? []), ...fresh] })
    base[`menu/${menu}`] = found.version
  }
  for (const [kind, member] of [
    ['layout', 'create'],
    ['view', 'columns'],
  ] as const) {
    const wanted = placing[kind]
    if (!wanted?.fields.length) continue
    const found = await asking.get<Bodies>(kind, wanted.key)
    const before = (found.body[member] as string[] | undefined) ?? []
    definitions.push({ ...found.body, [member]: [...before, ...wanted.fields.filter((key) => !before.includes(key))] })
    base[`${kind}/${wanted.key}`] = found.version
  }
  return { definitions, base }
}

export function PlanDrawer({ object, doc, original, base, onJump, onPublished, onClose, begin = {} }: Props) {
  const { t, say } = useWords()
  const me = useMe()
  const catalog = useCatalog()
  const phone = usePhone()
  const sentence = useProblemText()
  const all = useDefinitions()
  const [levels, setLevels] = useState<Record<string, Level>>(begin)
  const [menu, setMenu] = useState('')
  const [title, setTitle] = useState('')
  const [onForm, setOnForm] = useState<string[] | null>(null)
  const [onList, setOnList] = useState<string[]>([])
  const [busy, setBusy] = useState(false)
  const [refused, setRefused] = useState<ApiProblem | null>(null)
  const [running, setRunning] = useState('')
  const ended = useCallback(
    (now: ChangeSet) => {
      setRunning('')
      setBusy(false)
      if (now.state === 'done') onPublished(now.id)
      else if (now.problem) setRefused(new ApiProblem({ status: 422, ...now.problem }))
    },
    [onPublished],
  )
  const plan = useQuery({
    queryKey: ['plan', doc],
    queryFn: () => asking.check(Object.values(doc), false),
    staleTime: 0,
    gcTime: 0,
    refetchOnWindowFocus: false,
  })
  const fresh = original ? [] : Object.values(doc).flatMap((one) => (one.parent ? [] : [one.key]))
  const isNew = fresh.length > 0
  const roles = (all.data ?? []).filter((one) => one.kind === 'role' && !one.retired)
  const mayGrant = me.system_rights.includes('roles')
  const steps = plan.data?.operations ?? []
  const made = new Set(steps.filter((step) => step.op === 'create_object').map((step) => step.object))
  const problems: Found[] = plan.data?.problems ?? []
  const blocked = problems.length > 0 || steps.some((step) => step.refused)
  const layout = original && layoutOf(catalog, object)
  const formLayout = layout?.create?.length ? layout : undefined
  const view = original && viewsOf(catalog, object).find((one) => !one.private_to)
  const added = (doc[object]?.fields ?? []).filter(
    (field) => !doc[object]?.retired && !field.retired && !original?.fields.some((one) => one.key === field.key && !one.retired),
  )
  const forForm = formLayout ? added.filter((field) => !['lookup', 'rollup', 'formula', 'auto_number'].includes(field.type)) : []
  const forList = view ? added.filter((field) => field.type !== 'lines' && !isFiles(field.type)) : []
  const chosen = (onForm ?? forForm.map((field) => field.key)).filter((key) => forForm.some((field) => field.key === key))
  const publish = async () => {
    setBusy(true)
    setRefused(null)
    try {
      const made = await together(doc, fresh, levels, menu, {
        layout: formLayout && { key: formLayout.key, fields: chosen },
        view: view && { key: view.key, fields: onList.filter((key) => forList.some((field) => field.key === key)) },
      })
      const bases = { ...made.base, ...Object.fromEntries(fresh.map((key) => [`object/${key}`, 0])), [`object/${object}`]: base }
      const done = await asking.publish(made.definitions, bases, title)
      if (done.state === 'running') {
        publishBegan(done.change_set, name(object), `/build/objects/${object}`)
        setRunning(done.change_set)
      } else onPublished(done.change_set)
    } catch (problem) {
      setRefused(
        problem instanceof ApiProblem ? problem : new ApiProblem({ status: 0, code: 'internal', detail: String(problem) }),
      )
      setBusy(false)
    }
  }
  const name = (key: string) => say(doc[key]?.labels ?? catalog.objects[key]?.labels, key)
  const refusedItems = (refused?.body.errors ?? []).map((item) => ({
    pointer: item.pointer ?? '',
    code: item.code,
    params: item.params ?? {},
  }))
  const jump = (problem: Found) => {
    const place = placeOf(problem)
    return (
      <li key={problem.pointer + JSON.stringify(problem.params)}>
        <button type="button" className="link" onClick={() => onJump(place.object || object, place.field)}>
          {place.field
            ? `${name(place.object)} › ${fieldName(doc, place.object, place.field, say)}`
            : name(place.object || object)}
        </button>
        <span>{sentence(problem)}</span>
      </li>
    )
  }
  return (
    <Drawer
      open
      title={t('plan.title')}
      placement={phone ? 'bottom' : 'right'}
      size={phone ? '92vh' : 560}
      closable={!busy || running !== ''}
      maskClosable={!busy || running !== ''}
      onClose={busy && !running ? () => undefined : onClose}
      footer={
        <div className="form-foot">
          <span className="quiet grow" role="status">
            {busy ? t('plan.running') : ''}
          </span>
          <Button onClick={onClose} disabled={busy && !running}>
            {t(running ? 'plan.close' : 'action.cancel')}
          </Button>
          <Button type="primary" loading={busy} disabled={plan.isPending || blocked} onClick={() => void publish()}>
            {t('build.publish')}
          </Button>
        </div>
      }
    >
      {running ? (
        <Running id={running} onEnd={ended} />
      ) : plan.isPending ? (
        <Skeleton />
      ) : plan.isError ? (
        <Failed problem={plan.error} retry={() => void plan.refetch()} />
      ) : (
        <div className="plan">
          {refused && (
            <Alert
              type="error"
              showIcon
              title={t(titleOf(refused))}
              description={refusedItems.length ? <ul className="plan-problems">{refusedItems.map(jump)}</ul> : refused.message}
            />
          )}
          {problems.length > 0 && (
            <section>
              <h2>{t('plan.problems', { count: problems.length })}</h2>
              <ul className="plan-problems">{problems.map(jump)}</ul>
            </section>
          )}
          {!problems.length && (
            <section>
              <h2>{t('plan.steps')}</h2>
              {steps.length ? (
                <ol className="plan-steps">
                  {steps
                    .filter((step) => step.op !== 'add_field' || !made.has(step.object))
                    .map((step) => (
                      <StepLine
                        key={`${step.op}/${step.object}/${step.field}`}
                        step={step}
                        onJump={onJump}
                        {...(step.op === 'create_object'
                          ? { parts: steps.filter((one) => one.op === 'add_field' && one.object === step.object) }
                          : {})}
                      />
                    ))}
                </ol>
              ) : (
                <p className="quiet">{t('plan.nothing')}</p>
              )}
            </section>
          )}
          {isNew && !problems.length && (
            <section>
              <h2>{t('plan.who')}</h2>
              <p className="quiet">{t(mayGrant ? 'plan.whoHelp' : 'plan.whoNoRight')}</p>
              <div className="plan-roles">
                {roles.map((role) => {
                  const administrator = role.key === 'administrator'
                  return (
                    <label key={role.key} className="plan-role">
                      <span className="grow cut">{say(role.labels, role.key)}</span>
                      <Select
                        size="small"
                        aria-label={t('plan.level', { role: say(role.labels, role.key) })}
                        disabled={administrator || !mayGrant}
                        value={administrator ? 'all' : (levels[role.key] ?? 'none')}
                        popupMatchSelectWidth={false}
                        options={LEVELS.map((level) => ({ value: level, label: t(`plan.levels.${level}`) }))}
                        onChange={(level: Level) => setLevels((now) => ({ ...now, [role.key]: level }))}
                      />
                    </label>
                  )
                })}
              </div>
              {catalog.menus.length > 0 && (
                <label className="plan-role">
                  <span className="grow">{t('plan.menu')}</span>
                  <Select
                    size="small"
                    aria-label={t('plan.menu')}
                    value={menu}
                    popupMatchSelectWidth={false}
                    options={[
                      { value: '', label: t('plan.noMenu') },
                      ...catalog.menus.map((one) => ({ value: one.key, label: say(one.labels, one.key) })),
                    ]}
                    onChange={setMenu}
                  />
                </label>
              )}
            </section>
          )}
          {!problems.length && forForm.length + forList.length > 0 && (
            <section>
              <h2>{t('plan.where')}</h2>
              <div className="field-form">
                {forForm.length > 0 && <FieldsOn label={t('plan.onForm')} fields={forForm} value={chosen} onChange={setOnForm} />}
                {forList.length > 0 && (
                  <FieldsOn
                    label={t('plan.onList', { view: say(view?.labels, object) })}
                    fields={forList}
                    value={onList}
                    onChange={setOnList}
                  />
                )}
              </div>
            </section>
          )}
          {!problems.length && (
            <label className="setting">
              <span>{t('plan.note')}</span>
              <Input
                value={title}
                maxLength={200}
                placeholder={t('plan.noteHelp')}
                onChange={(event) => setTitle(event.target.value)}
              />
            </label>
          )}
        </div>
      )}
    </Drawer>
  )
}

function titleOf(refused: ApiProblem) {
  if (refused.body.code !== 'schema.conflict') return 'plan.failed'
  return refused.body.params?.reason === 'running' ? 'plan.beside' : 'plan.conflict'
}

function fieldName(
  doc: Doc,
  object: string,
  field: string,
  say: (texts: ObjectDef['labels'] | undefined, otherwise: string) => string,
) {
  return say(doc[object]?.fields.find((one) => one.key === field)?.labels, field)
}

interface FieldsOnProps {
  label: string
  fields: FieldDef[]
  value: string[]
  onChange: (keys: string[]) => void
}

function FieldsOn({ label, fields, value, onChange }: FieldsOnProps) {
  const { t, say } = useWords()
  return (
    <div className="setting">
      <span>{label}</span>
      <Select
        mode="multiple"
        className="full"
        aria-label={label}
        placeholder={t('plan.nowhere')}
        value={value}
        options={fields.map((field) => ({ value: field.key, label: say(field.labels, field.key) }))}
        onChange={onChange}
      />
    </div>
  )
}

interface StepProps {
  step: Step
  parts?: Step[]
  onJump: (object: string, field: string) => void
}

function StepLine({ step, parts, onJump }: StepProps) {
  const { t, say } = useWords()
  const params = step.params as { object_labels?: Record<string, string>; field_labels?: Record<string, string>; type?: string }
  const members = ((step.params.members as string[] | undefined) ?? [])
    .map((one) => t(`build.member.${one}`))
    .join(t('build.comma'))
  const op =
    step.op === 'set_required' || step.op === 'set_unique'
      ? `${step.op}.${step.params.on === false ? 'off' : 'on'}`
      : step.op === 'change_settings'
        ? `change_settings.${step.field ? 'field' : 'object'}`
        : step.op
  const values = (step.params.values as { id: string; value: string }[] | undefined) ?? []
  const labelsOf = (part: Step) => say(part.params.field_labels as Record<string, string> | undefined, part.field)
  return (
    <li className={step.refused ? 'refused' : step.risk}>
      <Icon name={step.refused ? 'warn' : step.risk === 'slow' ? 'clock' : 'check'} />
      <div>
        {t(`plan.${op}`, {
          object: say(params.object_labels, step.object),
          field: say(params.field_labels, step.field),
          type: t(`build.types.${params.type ?? 'text'}`, { defaultValue: params.type ?? '' }),
          members,
        })}
        {step.rows > 0 && (
          <span className="quiet">
            {' '}
            {t(`plan.rows.${step.op}`, { rows: step.rows, defaultValue: t('plan.rows.other', { rows: step.rows }) })}
          </span>
        )}
        {parts && (
          <details>
            <summary className="quiet">{t('build.fields', { count: parts.length })}</summary>
            {parts
              .map(
                (part) =>
                  `${labelsOf(part)} (${t(`build.types.${String(part.params.type)}`, { defaultValue: part.params.type })})`,
              )
              .join(t('build.comma'))}
          </details>
        )}
        {step.risk === 'slow' && <div className="quiet">{t('plan.slow')}</div>}
        {step.refused && (
          <div className="danger-text">
            {t(`build.problem.${step.refused}`, {
              ...step.params,
              values: values
                .slice(0, 3)
                .map((one) => one.value)
                .join(t('build.comma')),
              defaultValue: step.refused,
            })}{' '}
            <button type="button" className="link" onClick={() => onJump(step.object, step.field)}>
              {t('plan.goThere')}
            </button>
            {values.length > 0 && (
              <details className="plan-values" open={values.length <= 5}>
                <summary>
                  {t(Number(step.params.count) > values.length ? 'plan.firstValues' : 'plan.values', {
                    count: Number(step.params.count ?? values.length),
                    shown: values.length,
                  })}
                </summary>
                <ul>
                  {values.map((one) => (
                    <li key={one.id}>
                      <a href={`/o/${step.object}/${one.id}`} target="_blank" rel="noreferrer">
                        {one.value}
                      </a>
                    </li>
                  ))}
                </ul>
              </details>
            )}
          </div>
        )}
      </div>
    </li>
  )
}
