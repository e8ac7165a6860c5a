package io.leat.features.offline.consistency;

import io.leat.common.Lookups;
import io.leat.features.offline.OfflineCatalog;
import io.leat.features.offline.replay.PipelineReference;
import io.leat.features.offline.replay.ServiceReference;
import io.leat.features.offline.replay.Snapshots;
import io.leat.features.offline.replay.TableCommand;
import io.leat.runtime.settings.ConsistencyOptions;
import java.io.IOException;
import java.util.Map;

/** {@code leat verify-consistency}. */
public final class ConsistencyCommand extends TableCommand<ConsistencyOptions> {
  /** Name of the command. */
  public static final String NAME = "verify-consistency";

  private static final int INCONSISTENT = 3;

  public ConsistencyCommand() {
    super(NAME, new ConsistencyOptions());
  }

  public static void main(String[] arguments) {
    System.exit(new ConsistencyCommand().execute(arguments));
  }

  @Override
  protected int run(ConsistencyOptions options, PipelineReference reference, OfflineCatalog catalog)
      throws IOException, InterruptedException {
    ServiceReference service = ServiceReference.of(reference, options.service());
    int oneIn = options.sampleOneIn();
    long began = System.nanoTime();
    try (Snapshots snapshots = new Snapshots(catalog, Map.of())) {
      ConsistencyGraph graph =
          new ConsistencyGraph(service, snapshots, options.from(), options.to(), oneIn);
      Map<String, Object> found = runGraph(graph::build, graph::expectedSteps);
      Findings findings = (Findings) Lookups.required(found, Findings.NAME);
      ConsistencyReport report =
          new ConsistencyReport(
              service,
              options.from(),
              options.to(),
              oneIn,
              graph.orderIsKnown(),
              snapshots.picked(),
              findings);
      if (options.json()) {
        say("%s", report.toJson());
      } else {
        report.toText().forEach(line -> say("%s", line));
        double seconds = (System.nanoTime() - began) / 1e9;
        long vectors = findings.equal() + findings.unequal();
        say("%,d vectors in %.1f s (%,.0f/s)", vectors, seconds, vectors / seconds);
      }
      return findings.isConsistent() ? 0 : INCONSISTENT;
    }
  }
}
