package io.leat.benchmarks;

/** What is measured: each does what the one before does, and more. */
enum Rung {
  /** Kafka Streams moves bytes from topic to topic: the floor. */
  PASS_THROUGH("pass-through"),
  /** And each event is decoded. */
  DECODE("+ decode"),
  /** And encoded again. */
  ENCODE("+ decode, encode"),
  /** The service. */
  INGESTION("ingestion");

  private final String label;

  Rung(String label) {
    this.label = label;
  }

  String label() {
    return label;
  }
}
