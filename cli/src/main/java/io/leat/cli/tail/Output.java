package io.leat.cli.tail;

/** How records are printed. */
enum Output {
  /** One a line, for people. */
  text,
  /** One JSON object a line. */
  json
}
