/** A file is chosen, dropped or pasted and goes up with its progress shown; whoever asked for it gets the import that reads it. */
import { Button, Input, Progress } from 'antd'
import { useEffect, useRef, useState } from 'react'
import { bytes } from '../../../ui/format'
import { Icon } from '../../../ui/Icon'
import { useWords } from '../../../ui/i18n'
import { sayProblem } from '../../../ui/toast'
import { workBegan } from '../work/began'
import { imports } from './server'
import { forget, takeBrought, type Upload, upload, useUploads } from './uploads'

interface Props {
  note: string
  onOpened: (id: string) => void
}

export function BringFile({ note, onOpened }: Props) {
  const { t } = useWords()
  const [own, setOwn] = useState(0)
  const [busy, setBusy] = useState(false)
  const sending = useUploads().find((one) => one.key === own)
  const started = useRef(false)
  const here = useRef(true)
  useEffect(() => {
    here.current = true
    return () => {
      here.current = false
    }
  }, [])
  const send = (file: File) => {
    const { key, made } = upload(file)
    setOwn(key)
    workBegan()
    void made.then((one) => {
      workBegan()
      if (one && here.current) onOpened(one.id)
    })
  }
  const paste = async (text: string) => {
    setBusy(true)
    try {
      const one = await imports.paste(text, t('imports.file.pastedName'))
      workBegan()
      onOpened(one.id)
    } catch (problem) {
      sayProblem(problem)
      setBusy(false)
    }
  }
  // biome-ignore lint/correctness/useExhaustiveDependencies: what was brought here is taken once
  useEffect(() => {
    if (started.current) return
    started.current = true
    const given = takeBrought()
    if (given?.file) send(given.file)
    else if (given?.text) void paste(given.text)
  }, [])
  return sending ? (
    <Sending
      one={sending}
      onBack={() => {
        forget(sending.key)
        setOwn(0)
      }}
    />
  ) : (
    <Choosing note={note} busy={busy} onFile={send} onText={(text) => void paste(text)} />
  )
}

function Sending({ one, onBack }: { one: Upload; onBack: () => void }) {
  const { t, language } = useWords()
  const share = one.size ? Math.floor((100 * one.sent) / one.size) : 0
  return (
    <section className="sending" aria-live="polite">
      <h2 className="cut">{one.name}</h2>
      {one.problem ? (
        <>
          <p className="danger-text" role="alert">
            <Icon name="warn" /> {one.problem.message}
          </p>
          <Button type="primary" onClick={onBack}>
            {t('imports.file.another')}
          </Button>
        </>
      ) : (
        <>
          <Progress percent={share} status="active" aria-label={t('imports.file.sending')} />
          <p className="quiet tabular">
            {t('imports.file.sent', { sent: bytes(one.sent, language), size: bytes(one.size, language) })}
            {t('imports.dot')}
            {t('imports.file.leave')}
          </p>
          <Button
            onClick={() => {
              one.stop()
              onBack()
            }}
          >
            {t('imports.file.stop')}
          </Button>
        </>
      )}
    </section>
  )
}

interface ChoosingProps {
  note: string
  busy: boolean
  onFile: (file: File) => void
  onText: (text: string) => void
}

function Choosing({ note, busy, onFile, onText }: ChoosingProps) {
  const { t } = useWords()
  const picker = useRef<HTMLInputElement>(null)
  const [over, setOver] = useState(false)
  const [text, setText] = useState('')
  useEffect(() => {
    const onPaste = (event: ClipboardEvent) => {
      const file = event.clipboardData?.files[0]
      if (!file) return
      event.preventDefault()
      onFile(file)
    }
    window.addEventListener('paste', onPaste)
    return () => window.removeEventListener('paste', onPaste)
  }, [onFile])
  return (
    <div className="choosing">
      <section
        className={over ? 'drop-area over' : 'drop-area'}
        aria-label={t('imports.file.drop')}
        onDragOver={(event) => {
          event.preventDefault()
          setOver(true)
        }}
        onDragLeave={() => setOver(false)}
        onDrop={(event) => {
          event.preventDefault()
          setOver(false)
          const file = event.dataTransfer.files[0]
          if (file) onFile(file)
        }}
      >
        <span className="empty-icon">
          <Icon name="upload" size={20} />
        </span>
        <h2>{t('imports.file.drop')}</h2>
        <p className="quiet">{t('imports.file.kinds')}</p>
        <Button type="primary" onClick={() => picker.current?.click()}>
          {t('imports.file.choose')}
        </Button>
        <input
          ref={picker}
          type="file"
          hidden
          aria-label={t('imports.file.choose')}
          accept=".xlsx,.xls,.xlsb,.xlsm,.ods,.csv,.tsv,.txt"
          onChange={(event) => {
            const file = event.target.files?.[0]
            event.target.value = ''
            if (file) onFile(file)
          }}
        />
      </section>
      <section className="paste-area">
        <h2 id="paste-title">{t('imports.file.paste')}</h2>
        <p className="quiet">{t('imports.file.pasteHelp')}</p>
        <Input.TextArea
          aria-labelledby="paste-title"
          value={text}
          rows={5}
          spellCheck={false}
          placeholder={t('imports.file.pasteExample')}
          onChange={(event) => setText(event.target.value)}
        />
        <Button disabled={!text.trim()} loading={busy} onClick={() => onText(text)}>
          {t('imports.file.usePasted')}
        </Button>
      </section>
      <p className="quiet choosing-note">{note}</p>
    </div>
  )
}
