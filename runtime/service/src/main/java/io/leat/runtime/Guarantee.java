package io.leat.runtime;

/** What a job promises of every record from the raw topic to the score. */
public enum Guarantee {
  /** Each record counts once for a {@code read_committed} reader. */
  exactly_once,
  /** Lower latency; after a crash some records come twice, with the same event ids. */
  at_least_once
}
