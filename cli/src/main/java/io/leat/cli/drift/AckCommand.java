package io.leat.cli.drift;

import io.leat.cli.command.PlatformOptions;
import io.leat.notifications.Episode;
import io.leat.notifications.Episode.Standing;
import io.leat.notifications.EpisodeLog;
import io.leat.records.AlertControl;
import io.leat.records.AlertControlKind;
import io.leat.runtime.access.Principal;
import java.io.PrintWriter;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Says that somebody has seen an episode. */
@Command(
    name = "ack",
    mixinStandardHelpOptions = true,
    description = "Says that you have seen an episode; receivers are told so.")
final class AckCommand implements Callable<Integer> {
  @Parameters(paramLabel = "EPISODE", description = "Its id, or the beginning of it.")
  private String id = "";

  @Option(names = "--reason", paramLabel = "TEXT", description = "Why, or what you do about it.")
  private @Nullable String reason;

  @Mixin private PlatformOptions platform = new PlatformOptions();

  @Spec private CommandSpec spec = CommandSpec.create();

  @Override
  public Integer call() {
    EpisodeLog log = new EpisodeLog(platform.kafka(), platform.registry());
    Instant now = Instant.now().truncatedTo(ChronoUnit.MILLIS);
    Episode episode = Episodes.find(log.read(Optional.empty(), now), id);
    PrintWriter out = spec.commandLine().getOut();
    if (episode.standing() == Standing.CLOSED) {
      out.printf("Episode %s has closed; nothing to do.%n", episode.id());
    } else if (episode.ack().isPresent()) {
      out.printf(
          "Episode %s was acknowledged by %s at %s; nothing to do.%n",
          episode.id(), episode.ack().get().getActor(), episode.ack().get().getTime());
    } else {
      String actor = Principal.ofThisProcess().name();
      log.say(
          AlertControl.newBuilder()
              .setControlId(episode.id())
              .setKind(AlertControlKind.ACK)
              .setFrom(now)
              .setActor(actor)
              .setTime(now)
              .setReason(reason)
              .build());
      out.printf("Episode %s is acknowledged by %s.%n", episode.id(), actor);
    }
    out.flush();
    return 0;
  }
}
