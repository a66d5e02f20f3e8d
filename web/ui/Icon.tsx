/** One set of line icons, 16 or 20 px. */
const PATHS: Record<string, string> = {
  table: 'M3 5h18v14H3zM3 10h18M9 5v14',
  apps: 'M4 4h6v6H4zM14 4h6v6h-6zM4 14h6v6H4zM14 14h6v6h-6z',
  search: 'M11 4a7 7 0 1 0 0 14 7 7 0 0 0 0-14zM20 20l-4-4',
  plus: 'M12 5v14M5 12h14',
  minus: 'M5 12h14',
  close: 'M6 6l12 12M18 6L6 18',
  check: 'M5 12l5 5 9-10',
  down: 'M6 9l6 6 6-6',
  right: 'M9 6l6 6-6 6',
  left: 'M15 6l-6 6 6 6',
  up: 'M6 15l6-6 6 6',
  filter: 'M4 5h16l-6 8v6l-4-2v-4z',
  sort: 'M7 4v16M4 17l3 3 3-3M17 20V4M14 7l3-3 3 3',
  columns: 'M4 4h16v16H4zM10 4v16M15 4v16',
  eye: 'M2 12s4-7 10-7 10 7 10 7-4 7-10 7S2 12 2 12zM12 9a3 3 0 1 0 0 6 3 3 0 0 0 0-6z',
  user: 'M12 4a4 4 0 1 0 0 8 4 4 0 0 0 0-8zM4 21c0-4 4-6 8-6s8 2 8 6',
  users: 'M9 5a3.5 3.5 0 1 0 0 7 3.5 3.5 0 0 0 0-7zM2 20c0-4 3-6 7-6s7 2 7 6M16 5a3.5 3.5 0 0 1 0 7M18 14c3 1 4 3 4 6',
  building: 'M5 21V4h9v17M14 9h5v12M3 21h18M8 8h3M8 12h3M8 16h3',
  settings: 'M4 7h10M18 7h2M4 17h2M10 17h10M16 5v4M8 15v4',
  build: 'M4 20l4-1L20 7l-3-3L5 16zM14 7l3 3',
  trash: 'M4 7h16M9 7V4h6v3M6 7l1 13h10l1-13M10 11v6M14 11v6',
  restore: 'M4 5v5h5M4 10a8 8 0 1 1-1 5',
  moon: 'M20 14A8 8 0 1 1 10 4a6.5 6.5 0 0 0 10 10z',
  sun: 'M12 8a4 4 0 1 0 0 8 4 4 0 0 0 0-8zM12 2v2M12 20v2M2 12h2M20 12h2M5 5l1.5 1.5M17.5 17.5L19 19M5 19l1.5-1.5M17.5 6.5L19 5',
  globe: 'M12 3a9 9 0 1 0 0 18 9 9 0 0 0 0-18zM3 12h18M12 3c3 3 3 15 0 18M12 3c-3 3-3 15 0 18',
  menu: 'M4 6h16M4 12h16M4 18h16',
  more: 'M5 12h.01M12 12h.01M19 12h.01',
  star: 'M12 4l2.5 5 5.5.8-4 4 1 5.5-5-2.7-5 2.7 1-5.5-4-4 5.5-.8z',
  text: 'M5 6h14M12 6v13',
  long: 'M4 6h16M4 11h16M4 16h10',
  number: 'M9 4L7 20M17 4l-2 16M4 9h16M4 15h16',
  money: 'M12 3v18M17 7c-1-2-9-3-9 1s9 3 9 7-9 3-10 0',
  percent: 'M19 5L5 19M7 5a2 2 0 1 0 0 4 2 2 0 0 0 0-4zM17 15a2 2 0 1 0 0 4 2 2 0 0 0 0-4z',
  checkbox: 'M4 4h16v16H4zM8 12l3 3 5-6',
  date: 'M4 6h16v15H4zM4 10h16M8 3v5M16 3v5',
  clock: 'M12 3a9 9 0 1 0 0 18 9 9 0 0 0 0-18zM12 7v5l3 3',
  select: 'M12 3a9 9 0 1 0 0 18 9 9 0 0 0 0-18zM8 11l4 4 4-4',
  tags: 'M3 12V4h8l10 10-8 8zM7.5 8h.01',
  status: 'M12 4a8 8 0 1 0 0 16 8 8 0 0 0 0-16zM8.5 12l2.5 2.5 4.5-5',
  email: 'M3 6h18v13H3zM3 7l9 7 9-7',
  phone: 'M5 4h4l2 5-3 2c1 2 3 4 5 5l2-3 5 2v4c-9 2-17-6-15-15z',
  link: 'M10 14a4 4 0 0 0 6 0l3-3a4 4 0 0 0-6-6l-1 1M14 10a4 4 0 0 0-6 0l-3 3a4 4 0 0 0 6 6l1-1',
  file: 'M6 3h8l5 5v13H6zM14 3v5h5',
  relation: 'M4 12h12M12 7l5 5-5 5M20 4v16',
  formula: 'M18 5H8l5 7-5 7h10',
  lock: 'M6 11h12v9H6zM8 11V8a4 4 0 0 1 8 0v3',
  history: 'M4 5v5h5M4 10a8 8 0 1 1 0 5M12 8v4l3 2',
  keyboard: 'M2 6h20v12H2zM6 10h.01M10 10h.01M14 10h.01M18 10h.01M7 14h10',
  out: 'M10 4H5v16h5M14 8l4 4-4 4M18 12H9',
  panel: 'M3 5h18v14H3zM15 5v14',
  download: 'M12 4v12M7 11l5 5 5-5M4 20h16',
  upload: 'M12 16V4M7 9l5-5 5 5M4 20h16',
  expand: 'M14 4h6v6M20 4l-7 7M10 20H4v-6M4 20l7-7',
  message: 'M4 5h16v11H10l-5 4v-4H4z',
  target: 'M12 3a9 9 0 1 0 0 18 9 9 0 0 0 0-18zM12 8a4 4 0 1 0 0 8 4 4 0 0 0 0-8zM12 12h.01',
  box: 'M12 3l8 4v10l-8 4-8-4V7zM4 7l8 4 8-4M12 11v10',
  receipt: 'M6 3h12v18l-3-2-3 2-3-2-3 2zM9 8h6M9 12h6',
  list: 'M8 6h12M8 12h12M8 18h12M4 6h.01M4 12h.01M4 18h.01',
  image: 'M4 5h16v14H4zM4 16l5-5 4 4 3-3 4 4M15 9.5h.01',
  place: 'M12 21s7-6.5 7-11.5a7 7 0 0 0-14 0C5 14.5 12 21 12 21zM12 7a2.5 2.5 0 1 0 0 5 2.5 2.5 0 0 0 0-5z',
  language: 'M4 5h9M8.5 3v2M6 5c0 5 3 8 7 9M11 5c0 5-3 8-7 9M13 20l4-9 4 9M14.5 17h5',
  bell: 'M6 17V11a6 6 0 0 1 12 0v6l2 2H4zM10 21h4',
  merge: 'M6 4v5l6 5v6M18 4v5l-6 5',
  apart: 'M12 4v16M8 7l-5 5 5 5M16 7l5 5-5 5',
  gauge: 'M4 18a8 8 0 1 1 16 0M12 18l4-6M12 18h.01',
  tray: 'M3 13h5l1.5 3h5L16 13h5M6 5h12l3 8v6H3v-6z',
  pause: 'M8 5v14M16 5v14',
  play: 'M7 5l12 7-12 7z',
  split: 'M4 12h6l8-7M10 12l8 7M14 5h4v4M14 19h4v-4',
  warn: 'M12 3l10 18H2zM12 10v5M12 18h.01',
}

const ALIASES: Record<string, string> = {
  coins: 'money',
  building: 'building',
  contact: 'user',
  people: 'users',
  home: 'apps',
}

export function Icon({ name, size = 16, label }: { name: string; size?: 16 | 20; label?: string }) {
  const path = PATHS[name] ?? PATHS[ALIASES[name] ?? 'table']
  return (
    // biome-ignore lint/a11y/noSvgWithoutTitle: named by aria-label, or hidden beside its own text
    <svg
      className="icon"
      width={size}
      height={size}
      viewBox="0 0 24 24"
      fill="none"
      stroke="currentColor"
      strokeWidth="1.8"
      strokeLinecap="round"
      strokeLinejoin="round"
      {...(label ? { role: 'img', 'aria-label': label } : { 'aria-hidden': true })}
    >
      <path d={path} />
    </svg>
  )
}
