/** What kinds have done to their objects before they are judged: the form of it. */
import type { Call } from '../call.ts'
import type { Item } from '../objects.ts'
import type { Server } from '../server.ts'

/** What is done for one kind, beside what is done for all. */
export interface Preparation {
  create?(object: Item, server: Server, call: Call): Item
  /** Of the main resource, whose status has been put back. */
  update?(object: Item, old: Item, request: { server: Server; call: Call }): Item
  /** Of a status update. */
  status?(object: Item, old: Item, server: Server): Item
}
