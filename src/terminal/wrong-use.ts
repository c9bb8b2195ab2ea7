// What makes a command of the terminal end with exit code 2: it was said wrongly, or the configuration does not allow it.

export class WrongUse extends Error {
  override readonly name = 'WrongUse';
}
