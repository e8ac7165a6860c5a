package io.leat.cli.drift;

import io.leat.cli.command.PlatformOptions;
import io.leat.notifications.Episode;
import io.leat.notifications.Episode.Standing;
import io.leat.notifications.EpisodeLog;
import java.io.PrintWriter;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Lists episodes. */
@Command(
    name = "list",
    mixinStandardHelpOptions = true,
    description =
        "Lists the episodes that are open, one a line, the critical first: how each stands, severity,"
            + " end of the last window, monitor, id, evidence (odds to 1, and at which the monitor"
            + " alarms) with its guarantee, message.")
final class ListCommand implements Callable<Integer> {
  @Option(names = "--all", description = "Those that closed too, after the open ones.")
  private boolean all;

  @Option(names = "--model", paramLabel = "NAME", description = "Only of this model.")
  private @Nullable String model;

  @Mixin private PlatformOptions platform = new PlatformOptions();

  @Spec private CommandSpec spec = CommandSpec.create();

  @Override
  public Integer call() {
    EpisodeLog log = new EpisodeLog(platform.kafka(), platform.registry());
    List<Episode> episodes = new ArrayList<>(log.read(Optional.empty(), Instant.now()));
    episodes.removeIf(episode -> model != null && !episode.last().getModel().equals(model));
    PrintWriter out = spec.commandLine().getOut();
    episodes.stream()
        .filter(episode -> all || episode.standing() != Standing.CLOSED)
        .sorted(
            Comparator.comparing((Episode episode) -> episode.standing() == Standing.CLOSED)
                .thenComparing(
                    episode -> episode.lastOpen().getSeverity(), Comparator.reverseOrder())
                .thenComparing(episode -> episode.last().getWindowEnd(), Comparator.reverseOrder()))
        .map(Episodes::line)
        .forEach(out::println);
    out.println(summary(episodes));
    out.flush();
    if (log.unreadable() > 0) {
      spec.commandLine()
          .getErr()
          .printf("%,d records cannot be read, and were passed over.%n", log.unreadable());
    }
    return 0;
  }

  private static String summary(List<Episode> episodes) {
    Map<Standing, Integer> counts = new EnumMap<>(Standing.class);
    episodes.forEach(episode -> counts.merge(episode.standing(), 1, Integer::sum));
    List<String> words = new ArrayList<>();
    for (Standing standing : Standing.values()) {
      words.add("%,d %s".formatted(counts.getOrDefault(standing, 0), standing.text()));
    }
    return String.join(", ", words) + ".";
  }
}
