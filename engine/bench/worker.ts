import { measure } from './measure.ts'
import { workloads } from './workloads.ts'

// One workload in a process of its own, so that memory and start-up time are its own: node worker.ts W2 1 3
const [id, threads, seconds] = process.argv.slice(2)
const workload = workloads.find((item) => item.id === id)
if (!workload) throw new Error(`no workload ${id}`)
console.log(JSON.stringify(await measure(workload, Number(threads), Number(seconds))))
