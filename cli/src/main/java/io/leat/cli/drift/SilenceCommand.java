package io.leat.cli.drift;

import io.leat.cli.command.PlatformOptions;
import io.leat.notifications.Episode;
import io.leat.notifications.EpisodeControls;
import io.leat.notifications.EpisodeLog;
import io.leat.records.AlertControl;
import io.leat.records.AlertControlKind;
import io.leat.runtime.access.Principal;
import io.leat.runtime.settings.DurationConverter;
import java.io.PrintWriter;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Holds notifications of some episodes back for a time. */
@Command(
    name = "silence",
    mixinStandardHelpOptions = true,
    description = {
      "Holds notifications back for a time: of episodes of which all that is given holds. They are"
          + " recorded, and told of when the silence expires, if they are open still.",
      "KEY is monitor, model, feature, segment, severity, kind or episode."
    })
final class SilenceCommand implements Callable<Integer> {
  @Parameters(
      arity = "1..*",
      paramLabel = "KEY=VALUE",
      description = "What an episode has to be, such as monitor=fraud kind=drift.")
  private Map<String, String> matchers = new LinkedHashMap<>();

  @Option(
      names = "--for",
      required = true,
      paramLabel = "DURATION",
      converter = DurationConverter.class,
      description = "How long, such as 4h or 2d.")
  private Duration length = Duration.ZERO;

  @Option(names = "--reason", paramLabel = "TEXT", description = "Why.")
  private @Nullable String reason;

  @Mixin private PlatformOptions platform = new PlatformOptions();

  @Spec private CommandSpec spec = CommandSpec.create();

  @Override
  public Integer call() {
    for (String key : matchers.keySet()) {
      if (!EpisodeControls.MATCHERS.contains(key)) {
        throw new ParameterException(
            spec.commandLine(),
            "A silence cannot ask for %s; expected %s."
                .formatted(key, String.join(", ", EpisodeControls.MATCHERS)));
      }
    }
    if (length.isZero()) {
      throw new ParameterException(spec.commandLine(), "--for is more than nothing");
    }
    EpisodeLog log = new EpisodeLog(platform.kafka(), platform.registry());
    Instant now = Instant.now().truncatedTo(ChronoUnit.MILLIS);
    AlertControl silence =
        AlertControl.newBuilder()
            .setControlId("silence-" + UUID.randomUUID())
            .setKind(AlertControlKind.SILENCE)
            .setMatchers(matchers)
            .setFrom(now)
            .setUntil(now.plus(length))
            .setActor(Principal.ofThisProcess().name())
            .setTime(now)
            .setReason(reason)
            .build();
    long held =
        log.read(Optional.empty(), now).stream()
            .filter(episode -> episode.standing() != Episode.Standing.CLOSED)
            .filter(episode -> EpisodeControls.matches(silence, episode.lastOpen()))
            .count();
    log.say(silence);
    PrintWriter out = spec.commandLine().getOut();
    out.printf(
        "%s holds until %s; %,d open episodes are such.%n",
        silence.getControlId(), silence.getUntil(), held);
    out.flush();
    return 0;
  }
}
