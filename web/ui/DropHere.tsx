/** A part of a page on which a file can be dropped; it says so while one is held over it. */
import { type DragEvent, type ReactNode, useRef, useState } from 'react'
import { Icon } from './Icon'

const hasFiles = (event: DragEvent) => event.dataTransfer.types.includes('Files')

interface Props {
  className: string
  words: string
  onFile: (file: File) => void
  children: ReactNode
}

export function DropHere({ className, words, onFile, children }: Props) {
  const [over, setOver] = useState(false)
  const depth = useRef(0)
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: a place to drop files; the page has a button for the same
    <div
      className={`${className} drop-place`}
      onDragEnter={(event) => {
        if (!hasFiles(event)) return
        depth.current += 1
        setOver(true)
      }}
      onDragOver={(event) => hasFiles(event) && event.preventDefault()}
      onDragLeave={(event) => {
        if (!hasFiles(event)) return
        depth.current -= 1
        if (depth.current <= 0) setOver(false)
      }}
      onDrop={(event) => {
        depth.current = 0
        setOver(false)
        const file = event.dataTransfer.files[0]
        if (!file) return
        event.preventDefault()
        onFile(file)
      }}
    >
      {children}
      {over && (
        <div className="drop-here" aria-hidden>
          <span>
            <Icon name="upload" size={20} /> {words}
          </span>
        </div>
      )}
    </div>
  )
}
