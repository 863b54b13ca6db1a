/** Waiting for a real server to get somewhere. Never decides how long is too long: the test's own time limit does. */
import type { Answer } from '../../hack/control-plane/control-plane.ts'

/** Asks again until the answer is as wanted. */
export async function eventually<T>(ask: () => Promise<T>, isAsWanted: (answer: T) => boolean): Promise<T> {
  for (;;) {
    const answer = await ask()
    if (isAsWanted(answer)) return answer
    await new Promise(resolve => setTimeout(resolve, 50))
  }
}

/** A field of an answer's body: `status.availableReplicas`. */
export const field = (answer: Answer, path: string): unknown =>
  path.split('.').reduce<unknown>((value, key) => (value as Record<string, unknown> | undefined)?.[key], answer.body)
