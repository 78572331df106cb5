import { describe, expect, it } from 'vitest'
import { effectScope, nextTick, ref } from 'vue'
import { LaminaError } from '../../../../engine/base/errors.ts'
import { besideName } from '../../../../renderer/features/projects/start.ts'
import { refuseInvalidDrafts, trackInvalidDraft } from '../../../../renderer/services/invalid-drafts.ts'

function refusal(): unknown {
  try {
    refuseInvalidDrafts()
  } catch (thrown) {
    return thrown
  }
  return null
}

describe('a field that shows an unusable value', () => {
  it('refuses training by its label, until it is corrected or goes away', async () => {
    const problem = ref<string | null>(null)
    const scope = effectScope()
    scope.run(() =>
      trackInvalidDraft(() => (problem.value ? { label: 'Learning rate', problem: problem.value } : null)),
    )
    expect(refusal()).toBeNull()
    problem.value = 'Expected at most 1000, received 1000000000.'
    await nextTick()
    const thrown = refusal()
    expect(thrown instanceof LaminaError && thrown.details).toMatchObject({
      code: 'form.invalid-value',
      message: '"Learning rate" cannot be used as it stands. Expected at most 1000, received 1000000000.',
    })
    problem.value = null
    await nextTick()
    expect(refusal()).toBeNull()
    problem.value = 'Expected more than 0, received -1.'
    await nextTick()
    scope.stop()
    expect(refusal()).toBeNull()
  })
})

describe('the path suggested for a project from a table', () => {
  it('takes the name of the table and the folder of projects', () => {
    expect(besideName('/home/me/my-data.lamina', '/data/churn.v2.csv')).toBe('/home/me/churn.v2.lamina')
    expect(besideName('C:\\me\\my-data.lamina', 'D:\\data\\churn.csv')).toBe('C:\\me\\churn.lamina')
    expect(besideName('/home/me/my-data.lamina', ' ')).toBe('/home/me/my-data.lamina')
  })
})
