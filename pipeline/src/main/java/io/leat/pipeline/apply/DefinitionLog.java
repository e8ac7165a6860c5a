package io.leat.pipeline.apply;

import io.leat.records.Definition;
import io.leat.schemas.AvroCodec;
import io.leat.schemas.RegistryClient;
import io.leat.schemas.Topics;
import io.leat.schemas.audit.Entry;
import io.leat.schemas.topic.CompactedTopic;
import io.leat.schemas.topic.TopicLog;
import java.util.HashMap;
import java.util.Map;

/** What was applied and promoted, on {@code definitions}. */
public final class DefinitionLog {
  private final Map<String, Object> kafka;
  private final AvroCodec codec;

  /**
   * @param kafka settings of Kafka clients, {@code bootstrap.servers} among them
   */
  public DefinitionLog(Map<String, ?> kafka, RegistryClient registry) {
    this.kafka = new HashMap<>(kafka);
    this.codec = new AvroCodec(registry);
  }

  /**
   * The definitions by key.
   *
   * @throws ApplyException if there is no such topic: nothing was applied
   * @throws io.leat.common.LeatException if the brokers do not answer, or the log loses records
   */
  public Map<String, Definition> read() {
    try (CompactedTopic<Definition> definitions = follow()) {
      return definitions.readToEnd();
    }
  }

  /**
   * The log from its beginning, to be followed; throws as {@link #read} does.
   *
   * @throws ApplyException if there is no such topic: nothing was applied
   */
  public CompactedTopic<Definition> follow() {
    TopicLog log =
        TopicLog.find(kafka, Topics.DEFINITIONS)
            .orElseThrow(
                () ->
                    new ApplyException(
                        "There is no topic %s on this cluster: no pipeline was applied. Run 'leat apply'"
                            .formatted(Topics.DEFINITIONS),
                        null));
    return new CompactedTopic<>(log, value -> codec.decode(value, Definition.class));
  }

  /** The record of a definition, for a change. */
  static Entry entry(Definition definition) {
    return new Entry(Topics.DEFINITIONS, Definitions.key(definition), definition);
  }
}
