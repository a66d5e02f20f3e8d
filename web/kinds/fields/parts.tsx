/** Inputs that several field types share. */
import { Input, Popover, Select } from 'antd'
import { type ReactNode, useEffect, useRef, useState } from 'react'
import { api, type Ref } from '../../ui/api'
import type { InputProps } from './defineField'

const status = (invalid: boolean | undefined) => (invalid ? { status: 'error' as const } : {})

export function shared({ id, autoFocus, invalid }: Pick<InputProps<unknown>, 'id' | 'autoFocus' | 'invalid'>) {
  return { ...(id ? { id } : {}), ...(autoFocus ? { autoFocus: true } : {}), ...status(invalid) }
}

/** The parts of a value: in a form where they are, in a grid's cell below it, for a cell is too narrow. */
export function Parts({ inline, shown, children }: { inline?: boolean | undefined; shown: string; children: ReactNode }) {
  const box = useRef<HTMLSpanElement>(null)
  const parts = (
    <span ref={box} className="parts">
      {children}
    </span>
  )
  if (!inline) return parts
  return (
    <Popover
      open
      arrow={false}
      placement="bottomLeft"
      styles={{ container: { width: 340 } }}
      content={parts}
      afterOpenChange={() => box.current?.querySelector('input')?.focus()}
    >
      <span className="cut">{shown || '\u00a0'}</span>
    </Popover>
  )
}

/** A line of text; empty is no value. */
export function TextInput(props: InputProps<string> & { mode?: 'text' | 'decimal' | 'email' | 'tel' | 'url'; suffix?: string }) {
  const { value, onChange, mode = 'text', suffix } = props
  return (
    <Input
      {...shared(props)}
      inputMode={mode}
      value={value ?? ''}
      dir="auto"
      {...(suffix ? { suffix } : {})}
      onChange={(event) => onChange(event.target.value === '' ? null : event.target.value)}
    />
  )
}

/** Digits with either decimal mark; the value stays text so that no digit is lost. */
export function NumberInput(props: InputProps<string | number> & { suffix?: string; whole?: boolean }) {
  const { value, onChange, whole } = props
  const read = (text: string) => {
    const plain = text.replace(/[\s,]/g, (mark) => (mark === ',' && !text.includes('.') && /,\d{1,2}$/.test(text) ? '.' : ''))
    if (plain === '') return onChange(null)
    onChange(whole && /^-?\d{1,15}$/.test(plain) ? Number(plain) : plain)
  }
  return (
    <Input
      {...shared(props)}
      className="tabular"
      inputMode="decimal"
      value={value === null || value === undefined ? '' : String(value)}
      {...(props.suffix ? { suffix: props.suffix } : {})}
      onChange={(event) => read(event.target.value)}
    />
  )
}

/** Finds people, departments, teams or records while one types. */
export function RefPicker({
  value,
  onChange,
  find,
  multiple,
  ...rest
}: {
  value: Ref | Ref[] | null | undefined
  onChange: (value: Ref | Ref[] | null) => void
  find: (search: string) => Promise<Ref[]>
  multiple?: boolean
  id?: string
  autoFocus?: boolean
  invalid?: boolean
  inline?: boolean
}) {
  const [search, setSearch] = useState('')
  const [found, setFound] = useState<Ref[]>([])
  const [open, setOpen] = useState(Boolean(rest.inline))
  useEffect(() => {
    if (!open) return
    let current = true
    const timer = setTimeout(() => {
      find(search)
        .then((refs) => current && setFound(refs))
        .catch(() => current && setFound([]))
    }, 150)
    return () => {
      current = false
      clearTimeout(timer)
    }
  }, [search, open, find])
  const chosen = Array.isArray(value) ? value : value ? [value] : []
  const all = [...chosen.filter((ref) => !found.some((item) => item.id === ref.id)), ...found]
  const label = (ref: Ref) => ref.name ?? ref.title ?? ref.id
  const pick = (ids: string | string[] | undefined) => {
    const refs = (Array.isArray(ids) ? ids : ids ? [ids] : []).map((id) => all.find((ref) => ref.id === id) ?? { id })
    onChange(multiple ? refs : (refs[0] ?? null))
  }
  return (
    <Select
      {...shared(rest)}
      className="full"
      allowClear
      showSearch={{ filterOption: false, onSearch: setSearch }}
      open={open}
      onOpenChange={setOpen}
      {...(multiple ? { mode: 'multiple' as const } : {})}
      value={(multiple ? chosen.map((ref) => ref.id) : chosen[0]?.id) as string & string[]}
      onChange={pick}
      options={all.map((ref) => ({ value: ref.id, label: label(ref) }))}
    />
  )
}

export const findPeople = (search: string) => api.options('people', search)
export const findDepartments = (search: string) => api.options('departments', search)
export const findTeams = (search: string) => api.options('teams', search)

export function Avatar({ name }: { name: string }) {
  const hue = [...name].reduce((sum, letter) => (sum * 31 + (letter.codePointAt(0) ?? 0)) % 360, 7)
  const eastern = name.match(/[⺀-鿿가-힯]+/)?.[0]
  const letters = eastern
    ? eastern.slice(-2)
    : name
        .split(/\s+/)
        .map((part) => part[0])
        .join('')
        .slice(0, 2)
  return (
    <span className="avatar" style={{ ['--hue' as string]: hue }} aria-hidden>
      {letters}
    </span>
  )
}

export function Person({ value }: { value: Ref }) {
  const name = value.name ?? value.title ?? ''
  return (
    <span className="person">
      <Avatar name={name} />
      <span className="cut">{name}</span>
    </span>
  )
}
