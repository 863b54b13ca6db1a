/** How long a watch waits for what, in milliseconds. Waits are stretched by up to a half at random, so that forty watches do not come back at once. Data only. */
export const times = {
  /** After the first failure in a row, the second … */
  retries: [100, 400, 1600, 5000, 12_000, 25_000],
  /** Missing rights are not granted within milliseconds. */
  refused: [1000, 5000, 20_000, 60_000],
  /** Whether a kind has come to be served is told by events; this is for what no event tells. */
  absent: 600_000,
  /** Right after such an event the server may still deny it. */
  hurried: [0, 250, 500, 500, 1000, 1000, 1000, 2000, 4000, 8000, 16_000],
  /** With several API servers one may lag behind: a kind that was served is gone only when denied this often in a row. */
  denied: [1000, 3000],
  /** Bookmarks come about once a minute: a stream silent for so long is dead. */
  silent: 180_000,
  /** Neither an object nor the bookmark that ends a WatchList for so long: the server does not know WatchList. */
  silentAtFirst: 10_000,
  /** How long what is known counts as true while the server is out of reach. */
  trusted: 15_000,
  /** Until requests go to whom an APIService names from now on. */
  rerouted: 1000,
  /** A watch that ends sooner is not opened again at once. */
  short: 1000,
}
