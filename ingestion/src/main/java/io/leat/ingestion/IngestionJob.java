package io.leat.ingestion;

import io.leat.common.ErrorCode;
import io.leat.common.LeatException;
import io.leat.runtime.Guarantee;
import io.leat.runtime.streams.JobContext;
import io.leat.runtime.streams.RegistryRetry;
import io.leat.runtime.streams.StreamsJob;
import io.leat.runtime.streams.StreamsService;
import java.time.InstantSource;
import org.apache.kafka.streams.Topology;

/** The service: ingestion of every event of a pipeline. */
public final class IngestionJob implements StreamsJob {
  public static void main(String[] arguments) {
    System.exit(StreamsService.main(new IngestionJob(), arguments));
  }

  @Override
  public String name() {
    return "ingestion";
  }

  /**
   * Builds the topology.
   *
   * @throws LeatException with one sentence if events could be lost with the guarantee that is
   *     asked for
   */
  @Override
  public Topology topology(JobContext context) {
    requireExactlyOnceForDuplicates(context);
    return IngestionTopology.build(
        context.pipeline(),
        context.registry(),
        RegistryRetry.of(context),
        context.metrics(),
        InstantSource.system(),
        context.gates(),
        context.watch());
  }

  /** What was seen may be stored before what came of it is acknowledged. */
  private static void requireExactlyOnceForDuplicates(JobContext context) {
    if (context.options().guarantee() == Guarantee.exactly_once) {
      return;
    }
    context.pipeline().contracts().stream()
        .filter(contract -> contract.duplicatesWithin().isPresent())
        .findFirst()
        .ifPresent(
            contract -> {
              throw new LeatException(
                  ErrorCode.SETTING,
                  "%s drops duplicates (duplicates_within), and with at_least_once an event that is read again after a crash would be its own duplicate and be lost. Run ingestion with --guarantee exactly_once, or take duplicates_within out of the contract."
                      .formatted(contract.event()));
            });
  }
}
