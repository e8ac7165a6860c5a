package io.leat.benchmarks;

import io.leat.ingestion.IngestionJob;

/** What is measured, from the floor to the service. */
enum Rung {
  /** Kafka Streams moves bytes from topic to topic: the floor. */
  PASS_THROUGH("pass-through", CopyMain.class),
  /** And writes records as ingestion does: headers and masks, made of other events. */
  SAME_OUTPUT("pass-through that writes what ingestion writes", CopyMain.class),
  /** The pass-through decodes each event. */
  DECODE("+ decode", CopyMain.class),
  /** And encodes it again. */
  ENCODE("+ decode, encode", CopyMain.class),
  /** The peer: the rules alone, as Confluent's serializers evaluate them. */
  RULE_LOOP("the rules by Confluent's CEL library, in a loop", RuleLoopMain.class),
  /** The service. */
  INGESTION("ingestion", IngestionJob.class);

  private final String label;
  private final Class<?> main;

  Rung(String label, Class<?> main) {
    this.label = label;
    this.main = main;
  }

  String label() {
    return label;
  }

  /** What runs it: a service, or {@link CopyMain}, which takes the rung's name first. */
  Class<?> main() {
    return main;
  }
}
