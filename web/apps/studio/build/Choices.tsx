/** Options with colours and order; for a status also what each leads to and what must be filled to enter it. */
import { Button, Dropdown, Input, Select } from 'antd'
import { useState } from 'react'
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
  stages: boolean
  fields: FieldDef[]
  onChange: (choices: Choice[]) => void
}

export function Choices({ value, stages, fields, onChange }: Props) {
  const { t, say, language } = useWords()
  const [text, setText] = useState('')
  const [open, setOpen] = useState('')
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
  const others = (key: string) =>
    value.filter((one) => one.key !== key).map((one) => ({ value: one.key, label: say(one.labels, one.key) }))
  return (
    <fieldset className="choices">
      <legend>{t(stages ? 'build.stages' : 'build.choices')}</legend>
      {value.map((choice, index) => (
        <div key={choice.key} className={choice.retired ? 'choice retired' : 'choice'}>
          <div className="choice-line">
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
              onChange={(event) => put(choice.key, { labels: { ...choice.labels, [language]: event.target.value } })}
            />
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
                      mode="multiple"
                      placeholder={t('build.anywhere')}
                      value={choice.next ?? []}
                      options={others(choice.key)}
                      onChange={(next: string[]) => put(choice.key, { next: next.length ? next : null })}
                    />
                  </label>
                  <label className="setting">
                    <span>{t('build.gate')}</span>
                    <Select
                      size="small"
                      className="full"
                      mode="multiple"
                      value={choice.required ?? []}
                      options={fields
                        .filter((field) => !field.retired && field.type !== 'status')
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
                <Button size="small" onClick={() => put(choice.key, { retired: !choice.retired })}>
                  {t(choice.retired ? 'build.restore' : 'build.retire')}
                </Button>
                <code className="quiet">{choice.key}</code>
              </div>
            </div>
          )}
        </div>
      ))}
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
