/** Signing in with address and password. */
import { useQueryClient } from '@tanstack/react-query'
import { Button, Input } from 'antd'
import { type FormEvent, useState } from 'react'
import { ApiProblem, api } from '../../../ui/api'
import { LANGUAGES, setLanguage, useWords } from '../../../ui/i18n'

export function SignIn() {
  const { t, language } = useWords()
  const queries = useQueryClient()
  const [email, setEmail] = useState('')
  const [password, setPassword] = useState('')
  const [busy, setBusy] = useState(false)
  const [problem, setProblem] = useState<unknown>(null)
  const submit = async (event: FormEvent) => {
    event.preventDefault()
    setBusy(true)
    setProblem(null)
    try {
      await api.signIn(email.trim(), password)
      await queries.resetQueries()
    } catch (reason) {
      setProblem(reason)
    } finally {
      setBusy(false)
    }
  }
  const code = problem instanceof ApiProblem ? problem.body.code : ''
  return (
    <main className="sign-in">
      <form onSubmit={(event) => void submit(event)}>
        <h1>Tradewind</h1>
        <label htmlFor="email">{t('signIn.email')}</label>
        <Input
          id="email"
          type="email"
          autoComplete="username"
          autoFocus
          required
          value={email}
          onChange={(event) => setEmail(event.target.value)}
        />
        <label htmlFor="password">{t('signIn.password')}</label>
        <Input.Password
          id="password"
          autoComplete="current-password"
          required
          value={password}
          onChange={(event) => setPassword(event.target.value)}
        />
        {problem !== null && (
          <p className="field-problem" role="alert">
            {code === 'access.sign_in_failed'
              ? t('signIn.failed')
              : problem instanceof Error
                ? problem.message
                : t('state.failed')}{' '}
            <a href={`/problems/${code}`}>{code}</a>
          </p>
        )}
        <Button type="primary" htmlType="submit" block loading={busy}>
          {t('signIn.submit')}
        </Button>
        <Button type="link" onClick={() => void setLanguage(language === 'zh-CN' ? 'en' : 'zh-CN')}>
          {LANGUAGES[language === 'zh-CN' ? 'en' : 'zh-CN']}
        </Button>
      </form>
    </main>
  )
}
