/** Options with colours and order; for a status also what each leads to and what must be filled to enter it. */
import { Button, Dropdown, Input, Select } from 'antd'
import { type KeyboardEvent, useState } from 'react'
import type { Texts } from '../../../ui/catalog'
import { Icon } from '../../../ui/Icon'
import { LANGUAGES, useWords } from '../../../ui/i18n'
import { type FieldDef, proposeKey } from './model'

export interface Choice {
  key: string
  labels?: Texts
  color?: string
  retired?: boolean
  category?: string
  next?: string[] | null
  required?: string[]
}

const COLOURS = ['blue', 'green', 'amber', 'red', 'purple', 'teal', 'pink', 'indigo', 'lime', 'orange', 'cyan', 'grey']

interface Props {
  value: Choice[]
  /** Options that records may hold: they are retired, never removed. */
  published: readonly string[]
  stages: boolean
  fields: FieldDef[]
  onChange: (choices: Choice[]) => void
}

export function Choices({ value, published, stages, fields, onChange }: Props) {
  const { t, say, language } = useWords()
  const [text, setText] = useState('')
  const [open, setOpen] = useState('')
  const [drag, setDrag] = useState(-1)
  const put = (key: string, changes: Partial<Choice>) =>
    onChange(value.map((one) => (one.key === key ? { ...one, ...changes } : one)))
  const add = () => {
    const names = text
      .split(/[\n,，;；、]+/)
      .map((name) => name.trim())
      .filter(Boolean)
    const made: Choice[] = []
    for (const name of names) {
      const taken = [...value, ...made].map((one) => one.key)
      const number = value.length + made.length
      made.push({
        key: proposeKey(name, `option_${number + 1}`, taken),
        labels: { [language]: name },
        color: COLOURS[number % COLOURS.length] ?? 'grey',
      })
    }
    if (made.length) onChange([...value, ...made])
    setText('')
  }
  const move = (index: number, by: number) => {
    const next = [...value]
    const [one] = next.splice(index, 1)
    if (one) next.splice(index + by, 0, one)
    onChange(next)
  }
  const remove = (key: string) =>
    onChange(
      value
        .filter((one) => one.key !== key)
        .map((one) => (one.next ? { ...one, next: one.next.filter((name) => name !== key) } : one)),
    )
  const onKeyDown = (event: KeyboardEvent<HTMLInputElement>, index: number) => {
    const by = event.key === 'ArrowDown' ? 1 : event.key === 'ArrowUp' ? -1 : 0
    if (!by || !event.altKey || !value[index + by]) return
    event.preventDefault()
    move(index, by)
  }
  const others = (key: string) =>
    value.filter((one) => one.key !== key).map((one) => ({ value: one.key, label: say(one.labels, one.key) }))
  return (
    <fieldset className="choices">
      <legend>{t(stages ? 'build.stages' : 'build.choices')}</legend>
      <ul className="choice-list">
        {value.map((choice, index) => (
          <li
            key={choice.key}
            className={choice.retired ? 'choice retired' : 'choice'}
            onDragOver={(event) => drag >= 0 && event.preventDefault()}
            onDrop={(event) => {
              event.preventDefault()
              if (drag >= 0) move(drag, index - drag)
              setDrag(-1)
            }}
          >
            <div className="choice-line">
              <span
                className="grip"
                aria-hidden
                draggable
                onDragStart={(event) => {
                  setDrag(index)
                  event.dataTransfer.effectAllowed = 'move'
                  event.dataTransfer.setData('text/plain', choice.key)
                }}
                onDragEnd={() => setDrag(-1)}
              >
                ⠿
              </span>
              <Dropdown
                trigger={['click']}
                menu={{
                  items: COLOURS.map((colour) => ({
                    key: colour,
                    label: <span className={`pill ${colour}`}>{t(`build.colour.${colour}`)}</span>,
                  })),
                  onClick: ({ key }) => put(choice.key, { color: key }),
                }}
              >
                <button
                  type="button"
                  className={`swatch ${choice.color || 'grey'}`}
                  aria-label={t('build.colourOf', { name: say(choice.labels, choice.key) })}
                />
              </Dropdown>
              <Input
                size="small"
                aria-label={t('build.choiceName', { number: index + 1 })}
                value={choice.labels?.[language] ?? ''}
                placeholder={say(choice.labels, choice.key)}
                title={t('build.moveHint')}
                aria-keyshortcuts="Alt+ArrowUp Alt+ArrowDown"
                onKeyDown={(event) => onKeyDown(event, index)}
                onChange={(event) => put(choice.key, { labels: { ...choice.labels, [language]: event.target.value } })}
              />
              {choice.retired && <span className="mark">{t('build.retired')}</span>}
              <button
                type="button"
                className="icon-button"
                aria-expanded={open === choice.key}
                aria-label={t('build.moreOf', { name: say(choice.labels, choice.key) })}
                onClick={() => setOpen(open === choice.key ? '' : choice.key)}
              >
                <Icon name={open === choice.key ? 'up' : 'down'} />
              </button>
            </div>
            {open === choice.key && (
              <div className="choice-more">
                {(['zh-CN', 'en'] as const)
                  .filter((code) => code !== language)
                  .map((code) => (
                    <label key={code} className="setting">
                      <span>{LANGUAGES[code]}</span>
                      <Input
                        size="small"
                        aria-label={`${t('build.choiceName', { number: index + 1 })} ${LANGUAGES[code]}`}
                        value={choice.labels?.[code] ?? ''}
                        onChange={(event) => put(choice.key, { labels: { ...choice.labels, [code]: event.target.value } })}
                      />
                    </label>
                  ))}
                {stages && (
                  <>
                    <label className="setting">
                      <span>{t('build.category')}</span>
                      <Select
                        size="small"
                        className="full"
                        aria-label={t('build.category')}
                        value={choice.category ?? 'open'}
                        options={['open', 'won', 'lost'].map((one) => ({ value: one, label: t(`build.categories.${one}`) }))}
                        onChange={(category: string) => put(choice.key, { category })}
                      />
                    </label>
                    <label className="setting">
                      <span>{t('build.next')}</span>
                      <Select
                        size="small"
                        className="full"
                        aria-label={t('build.next')}
                        value={choice.next ? (choice.next.length ? 'some' : 'nowhere') : 'anywhere'}
                        options={['anywhere', 'some', 'nowhere'].map((one) => ({ value: one, label: t(`build.${one}`) }))}
                        onChange={(way: string) => {
                          const all = others(choice.key).map((one) => one.value)
                          put(choice.key, { next: way === 'anywhere' ? null : way === 'nowhere' ? [] : all })
                        }}
                      />
                    </label>
                    {choice.next && choice.next.length > 0 && (
                      <Select
                        size="small"
                        className="full"
                        mode="multiple"
                        aria-label={t('build.some')}
                        value={choice.next}
                        options={others(choice.key)}
                        onChange={(next: string[]) => put(choice.key, { next })}
                      />
                    )}
                    <label className="setting">
                      <span>{t('build.gate')}</span>
                      <Select
                        size="small"
                        className="full"
                        mode="multiple"
                        aria-label={t('build.gate')}
                        value={choice.required ?? []}
                        options={fields
                          .filter(
                            (field) =>
                              !field.retired &&
                              field.type !== 'status' &&
                              !['lookup', 'formula', 'rollup', 'auto_number'].includes(field.type),
                          )
                          .map((field) => ({ value: field.key, label: say(field.labels, field.key) }))}
                        onChange={(required: string[]) => put(choice.key, { required })}
                      />
                    </label>
                  </>
                )}
                <div className="row">
                  <Button size="small" disabled={index === 0} onClick={() => move(index, -1)}>
                    {t('columns.up')}
                  </Button>
                  <Button size="small" disabled={index === value.length - 1} onClick={() => move(index, 1)}>
                    {t('columns.down')}
                  </Button>
                  {published.includes(choice.key) ? (
                    <Button size="small" onClick={() => put(choice.key, { retired: !choice.retired })}>
                      {t(choice.retired ? 'build.restore' : 'build.retire')}
                    </Button>
                  ) : (
                    <Button size="small" onClick={() => remove(choice.key)}>
                      {t('action.remove')}
                    </Button>
                  )}
                  <code className="quiet">{choice.key}</code>
                </div>
              </div>
            )}
          </li>
        ))}
      </ul>
      <div className="row">
        <Input
          size="small"
          value={text}
          aria-label={t('build.addChoice')}
          placeholder={t('build.addChoiceHelp')}
          onChange={(event) => setText(event.target.value)}
          onPressEnter={(event) => {
            if (!event.nativeEvent.isComposing) add()
          }}
        />
        <Button size="small" onClick={add} disabled={!text.trim()}>
          {t('build.add')}
        </Button>
      </div>
    </fieldset>
  )
}
