import { defineStore } from 'pinia'
import { computed, ref, shallowRef } from 'vue'
import type { ErrorDetails } from '../../engine/base/errors.ts'
import type { Json } from '../../engine/base/json.ts'
import { emptyDocument, type GraphDocument } from '../../engine/graph/document.ts'
import { emptyHistory, type History, record as recordStep, redo, seal, undo } from '../../engine/graph/history.ts'
import { inferDocument } from '../../engine/graph/infer.ts'
import { applyPatch, type Patch } from '../../engine/graph/patch.ts'
import { validateDocument } from '../../engine/graph/validate.ts'
import type { ModelRecord } from '../../engine/rpc/contract/models.ts'
import { defaultPlan, type TrainingPlan } from '../../engine/training/plan.ts'
import { detailsOf, engine } from './engine.ts'
import { useProjectStore } from './project.store.ts'

export type SaveState = 'saved' | 'unsaved' | 'saving' | 'conflict' | 'failed'

const SAVE_MILLISECONDS = 400

/** Documents and plans are JSON by construction; their types do not say so. */
function asJson(value: GraphDocument | TrainingPlan): { [key: string]: Json } {
  return value as unknown as { [key: string]: Json }
}

/** The model that is open: its document and plan, what is inferred from them, undo, and saving. */
export const useModelStore = defineStore('model', () => {
  const record = shallowRef<Omit<ModelRecord, 'document' | 'plan'> | null>(null)
  const document = shallowRef<GraphDocument>(emptyDocument)
  const plan = shallowRef<TrainingPlan>(defaultPlan)
  const history = shallowRef<History>(emptyHistory)
  const saveState = ref<SaveState>('saved')
  const saveError = shallowRef<ErrorDetails | null>(null)
  let timer: ReturnType<typeof setTimeout> | undefined
  let saving: Promise<void> = Promise.resolve()
  /** Grows with every change, so that a save knows whether more came while it was under way. */
  let edits = 0

  const id = computed(() => record.value?.id ?? null)
  const dataset = computed(() => {
    const chosen = record.value?.dataset
    return chosen ? (useProjectStore().datasets[chosen] ?? null) : null
  })
  const signature = computed(() => dataset.value?.signature)
  const inference = computed(() => inferDocument(document.value, signature.value))
  const diagnostics = computed(() =>
    record.value
      ? validateDocument(document.value, {
          dataset: signature.value,
          plan: plan.value,
          trainingRows: dataset.value?.splitCounts.train,
          unlabelledRows: dataset.value?.splitCounts.unlabelled,
        })
      : [],
  )
  const errorCount = computed(() => diagnostics.value.filter((item) => item.severity === 'error').length)
  const undoLabel = computed(() => history.value.past.at(-1)?.patch.label ?? null)
  const redoLabel = computed(() => history.value.future[0]?.patch.label ?? null)

  function adopt({ document: drawn, plan: trained, ...rest }: ModelRecord) {
    clearTimeout(timer)
    record.value = rest
    document.value = drawn
    plan.value = trained
    history.value = emptyHistory
    saveState.value = 'saved'
    saveError.value = null
  }

  async function load(model: string) {
    await flush()
    adopt(await engine().call.models.get({ project: useProjectStore().openId(), model }))
  }

  /** Takes over what another client or a sweep saved, unless there are changes of our own. */
  async function refresh() {
    const current = record.value
    if (!current || saveState.value !== 'saved') return
    const saved = await engine().call.models.get({ project: useProjectStore().openId(), model: current.id })
    const stillIdle = record.value?.id === current.id && saveState.value === 'saved'
    if (stillIdle && saved.revision > (record.value?.revision ?? 0)) adopt(saved)
  }

  function clear() {
    clearTimeout(timer)
    record.value = null
    document.value = emptyDocument
    plan.value = defaultPlan
    history.value = emptyHistory
    saveState.value = 'saved'
    saveError.value = null
  }

  function changed() {
    edits += 1
    if (saveState.value !== 'conflict') saveState.value = 'unsaved'
    clearTimeout(timer)
    timer = setTimeout(() => void flush(), SAVE_MILLISECONDS)
  }

  /** Applies a patch as one undo step; patches with the same `mergeKey` in a row become one. */
  function apply(patch: Patch, mergeKey: string | null = null) {
    if (patch.changes.length === 0) return
    document.value = applyPatch(document.value, patch)
    history.value = recordStep(history.value, patch, mergeKey)
    changed()
  }

  function step(direction: typeof undo) {
    const result = direction(history.value, document.value)
    if (!result) return
    history.value = result.history
    document.value = result.document
    changed()
  }

  /** Ends a burst of merged patches (the end of a drag): the next is an undo step of its own. */
  function endBurst() {
    history.value = seal(history.value)
  }

  function setPlan(next: TrainingPlan) {
    plan.value = next
    changed()
  }

  function setRecord(change: { name?: string; dataset?: string | null }) {
    if (!record.value) return
    record.value = { ...record.value, ...change }
    changed()
  }

  /** Saves now. Resolves when everything up to this call is stored, or when saving failed (see `saveState`). */
  function flush(): Promise<void> {
    clearTimeout(timer)
    saving = saving.then(save)
    return saving
  }

  async function save() {
    const current = record.value
    if (!current || saveState.value === 'saved' || saveState.value === 'conflict') return
    const saved = edits
    saveState.value = 'saving'
    try {
      const { revision } = await engine().call.models.save({
        project: useProjectStore().openId(),
        model: current.id,
        revision: current.revision,
        document: asJson(document.value),
        plan: asJson(plan.value),
        name: current.name,
        dataset: current.dataset,
      })
      if (record.value?.id !== current.id) return
      record.value = { ...record.value, revision }
      saveState.value = edits === saved ? 'saved' : 'unsaved'
      saveError.value = null
      if (edits !== saved) await save()
    } catch (thrown) {
      saveError.value = detailsOf(thrown)
      saveState.value = saveError.value.code === 'models.conflict' ? 'conflict' : 'failed'
    }
  }

  /** Ends a conflict: `mine` overwrites what was saved meanwhile, `theirs` drops our changes since. */
  async function resolveConflict(keep: 'mine' | 'theirs') {
    const current = record.value
    if (!current) return
    const saved = await engine().call.models.get({ project: useProjectStore().openId(), model: current.id })
    if (keep === 'theirs') return adopt(saved)
    record.value = { ...current, revision: saved.revision }
    saveState.value = 'unsaved'
    await flush()
  }

  return {
    record,
    id,
    document,
    plan,
    history,
    dataset,
    signature,
    inference,
    diagnostics,
    errorCount,
    undoLabel,
    redoLabel,
    saveState,
    saveError,
    load,
    refresh,
    clear,
    apply,
    undo: () => step(undo),
    redo: () => step(redo),
    endBurst,
    setPlan,
    setRecord,
    flush,
    resolveConflict,
  }
})
