/** Definitions out to files and in from them: what the server is asked, and small pure steps of choosing. */
import { request } from '../../../ui/api'
import type { Texts } from '../../../ui/catalog'
import type { Found } from '../edit/model'
import type { HandedIn, Kind, Plan } from '../edit/server'

export type State = 'new' | 'changed' | 'same' | 'refused'
export type Way = 'replace' | 'adopt'

/** A definition's body; which members it has depends on its kind. */
export interface Body {
  kind: Kind
  key: string
  labels?: Texts
  object?: string
}

/** One definition of a file beside the one that is here. */
export interface Incoming {
  place: string
  kind: Kind | ''
  key: string
  state: State
  version: number
  before: Body | null
  ways: Partial<Record<Way, Body>>
  proposed: Way | null
  problems: Found[]
}

export interface Review {
  pack: { key: string; version: string; labels: Texts } | null
  definitions: Incoming[]
}

/** What is taken in and how, by "kind/key". */
export type Taken = Record<string, Way>

export interface Wish {
  what: 'all' | 'pack' | 'objects'
  pack: string
  objects: string[]
  roles: boolean
}

export const STATES: State[] = ['new', 'changed', 'refused', 'same']
const KINDS = ['object', 'view', 'layout', 'quality', 'menu', 'role', '']

/** Objects first, what shows them after. */
export const inOrder = (all: Incoming[]) =>
  [...all].sort((one, other) => KINDS.indexOf(one.kind) - KINDS.indexOf(other.kind) || (one.place < other.place ? -1 : 1))

export const nameOf = (one: Incoming) => `${one.kind}/${one.key}`
export const proposal = (all: Incoming[]): Taken =>
  Object.fromEntries(all.flatMap((one) => (one.proposed ? [[nameOf(one), one.proposed]] : [])))

/** Everything that can be taken, each in the way that is proposed or the only one. */
export const whole = (all: Incoming[]): Taken =>
  Object.fromEntries(
    all.flatMap((one) => {
      const way = one.proposed ?? (Object.keys(one.ways)[0] as Way | undefined)
      return way && one.state !== 'refused' ? [[nameOf(one), way]] : []
    }),
  )

const form = (file: File, choices?: object) => {
  const made = new FormData()
  made.append('file', file, file.name)
  if (choices) made.append('choices', JSON.stringify(choices))
  return made
}

const versions = (all: Incoming[], take: Taken) =>
  Object.fromEntries(all.filter((one) => nameOf(one) in take).map((one) => [nameOf(one), one.version]))

const ADDRESS = '/api/definitions/import'

export const files = {
  /** Where the zip is had: an address, so that the browser saves it by itself. */
  address: ({ what, pack, objects, roles }: Wish) => {
    const asked = new URLSearchParams()
    if (what === 'pack') asked.set('pack', pack)
    if (what === 'objects') for (const key of objects) asked.append('objects', key)
    if (roles) asked.set('roles', 'true')
    return `/api/definitions/export?${asked}`
  },
  review: (file: File) => request<Review>('POST', `${ADDRESS}/review`, form(file)),
  plan: (file: File, take: Taken) => request<Plan>('POST', `${ADDRESS}/plan`, form(file, { take })),
  publish: (file: File, all: Incoming[], take: Taken, title: string) =>
    request<HandedIn>('POST', `${ADDRESS}/publish`, form(file, { take, base: versions(all, take), title })),
}
