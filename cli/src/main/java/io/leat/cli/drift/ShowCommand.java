package io.leat.cli.drift;

import io.leat.cli.command.PipelineOptions;
import io.leat.notifications.Episode;
import io.leat.notifications.EpisodeLog;
import io.leat.pipeline.definition.Pipeline;
import io.leat.pipeline.definition.PipelineException;
import io.leat.records.AlertControl;
import io.leat.records.DriftAlert;
import io.leat.records.Notification;
import io.leat.records.NotificationAnswer;
import java.io.PrintWriter;
import java.time.Instant;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Shows all that is known of an episode. */
@Command(
    name = "show",
    mixinStandardHelpOptions = true,
    description =
        "Shows an episode: its records, evidence and streams, who has seen it, what silences it, and"
            + " what receivers of the pipeline were told and answered.")
final class ShowCommand implements Callable<Integer> {
  @Parameters(paramLabel = "EPISODE", description = "Its id, or the beginning of it.")
  private String id = "";

  @Mixin private PipelineOptions options = new PipelineOptions();

  @Spec private CommandSpec spec = CommandSpec.create();

  @Override
  public Integer call() throws PipelineException {
    EpisodeLog log = new EpisodeLog(options.platform().kafka(), options.platform().registry());
    Episode episode =
        Episodes.find(log.read(options.find().map(Pipeline::name), Instant.now()), id);
    PrintWriter out = spec.commandLine().getOut();
    DriftAlert last = episode.last();
    print(out, "episode", episode.id());
    print(out, "standing", episode.standing().text());
    print(out, "kind", last.getKind());
    print(out, "monitor", last.getMonitor());
    print(out, "model", last.getModel());
    print(out, "severity", episode.lastOpen().getSeverity().name().toLowerCase(Locale.ROOT));
    episode.evidence().ifPresent(odds -> print(out, "evidence", odds));
    String guarantee = episode.lastOpen().getGuarantee();
    if (guarantee != null) {
      print(out, "guarantee", guarantee);
    }
    episode.streams().lines().forEach(stream -> print(out, "stream", stream));
    for (DriftAlert record : episode.records()) {
      print(
          out,
          "record",
          "%s %s, window %s to %s: %s"
              .formatted(
                  record.getState(),
                  record.getSeverity(),
                  record.getWindowStart(),
                  record.getWindowEnd(),
                  record.getMessage()));
    }
    episode.ack().ifPresent(ack -> print(out, "acknowledged", said(ack)));
    episode
        .silence()
        .ifPresent(
            silence ->
                print(
                    out,
                    "silenced",
                    "until %s, %s, of %s"
                        .formatted(silence.getUntil(), said(silence), silence.getMatchers())));
    episode.told().forEach(notification -> told(out, notification));
    out.flush();
    return 0;
  }

  private static void told(PrintWriter out, Notification notification) {
    for (NotificationAnswer answer : notification.getAnswers()) {
      print(
          out,
          "told",
          "%s %s at %s: %s%s"
              .formatted(
                  notification.getReceiver(),
                  answer.getStage().name().toLowerCase(Locale.ROOT),
                  answer.getTime(),
                  answer.getAnswer(),
                  answer.getAttempts() > 1
                      ? ", the %dth time".formatted(answer.getAttempts())
                      : ""));
    }
    if (notification.getWithheld() != null) {
      print(out, "not told", notification.getReceiver() + ": " + notification.getWithheld());
    }
    if (notification.getAttempts() > 0) {
      print(
          out,
          "not told",
          "%s, tried in vain %d times; again at %s"
              .formatted(
                  notification.getReceiver(), notification.getAttempts(), notification.getDueAt()));
    }
  }

  private static String said(AlertControl control) {
    return "by %s at %s%s"
        .formatted(
            control.getActor(),
            control.getTime(),
            control.getReason() == null ? "" : ": " + control.getReason());
  }

  private static void print(PrintWriter out, String what, String text) {
    out.printf("%-13s  %s%n", what, Episodes.plain(text));
  }
}
