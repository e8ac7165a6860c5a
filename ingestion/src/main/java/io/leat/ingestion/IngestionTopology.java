package io.leat.ingestion;

import io.leat.ingestion.decoding.ContractSchemas;
import io.leat.ingestion.duplicates.SeenEvents;
import io.leat.pipeline.definition.Contract;
import io.leat.pipeline.definition.InputFormat.Format;
import io.leat.pipeline.definition.Pipeline;
import io.leat.runtime.streams.RecordGates;
import io.leat.runtime.streams.RecordWatch;
import io.leat.runtime.streams.RegistryRetry;
import io.leat.schemas.RegistryClient;
import io.leat.schemas.Topics;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.InstantSource;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.streams.AutoOffsetReset;
import org.apache.kafka.streams.Topology;

/**
 * The topology: for every contract of the pipeline
 *
 * <pre>
 * &lt;event&gt; ──▶ check ──▶ &lt;event&gt;.valid
 *                │ └──▶ &lt;event&gt;.dlq
 *                └ ids that were seen (RocksDB), where the contract has a horizon
 * </pre>
 */
public final class IngestionTopology {
  private IngestionTopology() {}

  /**
   * Builds it.
   *
   * @param retry how a registry that does not answer is waited for
   * @param clock what event times may not run ahead of
   */
  public static Topology build(
      Pipeline pipeline,
      RegistryClient registry,
      RegistryRetry retry,
      MeterRegistry metrics,
      InstantSource clock) {
    RecordWatch watch = new RecordWatch(metrics, System::nanoTime);
    return build(pipeline, registry, retry, metrics, clock, new RecordGates(), watch);
  }

  /**
   * Builds it.
   *
   * @param gates takes what holds a partition whose next event the registry must be asked for
   * @param watch knows which event is being worked on
   */
  static Topology build(
      Pipeline pipeline,
      RegistryClient registry,
      RegistryRetry retry,
      MeterRegistry metrics,
      InstantSource clock,
      RecordGates gates,
      RecordWatch watch) {
    Topology topology = new Topology();
    for (Contract contract : pipeline.contracts()) {
      addContract(topology, contract, registry, retry, metrics, clock, gates, watch);
    }
    return topology;
  }

  private static void addContract(
      Topology topology,
      Contract contract,
      RegistryClient registry,
      RegistryRetry retry,
      MeterRegistry metrics,
      InstantSource clock,
      RecordGates gates,
      RecordWatch watch) {
    String raw = contract.event();
    String check = raw + "-check";
    String valid = Topics.valid(raw);
    String deadLetters = Topics.deadLetters(raw);
    String seen = raw + "-seen";

    // What the tasks of a contract share:
    RegistryContract registryContract = new RegistryContract(contract, registry, retry);
    ContractSchemas schemas = new ContractSchemas(contract, registry, retry, clock);
    IngestionMetrics counts = new IngestionMetrics(metrics, raw);
    ValidationFactory validations =
        new ValidationFactory(contract, registryContract, schemas, registry, retry, clock);

    if (contract.inputFormat().format() == Format.AVRO) {
      gates.add(raw, new SchemaGate(raw, schemas, retry, clock));
    }
    topology.addSource(
        AutoOffsetReset.earliest(),
        raw,
        new AnyTimestamp(),
        new ByteArrayDeserializer(),
        new ByteArrayDeserializer(),
        raw);
    topology.addProcessor(
        check,
        watch.watched(
            () ->
                new ContractProcessor(
                    raw,
                    validations,
                    counts,
                    new ContractProcessor.Sinks(valid, deadLetters, seen))),
        raw);
    contract
        .duplicatesWithin()
        .ifPresent(horizon -> topology.addStateStore(SeenEvents.store(seen, horizon), check));
    topology.addSink(valid, valid, new ByteArraySerializer(), new ByteArraySerializer(), check);
    topology.addSink(
        deadLetters, deadLetters, new ByteArraySerializer(), new ByteArraySerializer(), check);
  }
}
