package io.leat.runtime.flink;

import io.leat.pipeline.definition.Pipeline;
import io.leat.runtime.settings.FlinkJobOptions;
import java.util.Properties;

/**
 * What a job is built from. Stays where the graph is built; operators take from it what they need.
 *
 * @param jobName name of the job
 * @param pipeline the pipeline that it belongs to
 * @param options its settings
 */
public record FlinkJobContext(String jobName, Pipeline pipeline, FlinkJobOptions options) {
  /** {@code <pipeline>-<job>}: consumer group, and beginning of transactional ids. */
  public String applicationId() {
    return pipeline.name() + "-" + jobName;
  }

  /** The topic for records that the job could not read: {@code <pipeline>-<job>.dlq}. */
  public String deadLetterTopic() {
    return applicationId() + ".dlq";
  }

  /** The registry, in a form that operators can take along. */
  public RegistryConnection registry() {
    return new RegistryConnection(options.registryUrl());
  }

  /** Settings that every Kafka client of the job takes. */
  public Properties kafkaClientProperties() {
    Properties properties = new Properties();
    properties.putAll(options.kafkaClientProperties());
    return properties;
  }
}
