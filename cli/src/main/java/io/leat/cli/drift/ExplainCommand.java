package io.leat.cli.drift;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.leat.cli.command.PipelineOptions;
import io.leat.cli.command.UserError;
import io.leat.drift.explanation.Explanation;
import io.leat.notifications.Episode;
import io.leat.notifications.EpisodeLog;
import io.leat.pipeline.definition.PipelineException;
import io.leat.records.AlertState;
import io.leat.report.ReportJson;
import io.leat.runtime.settings.TimeConverter;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Says what may have caused an episode, or all of a span. */
@Command(
    name = "explain",
    mixinStandardHelpOptions = true,
    description = {
      "Says what moved when an episode opened, and what may have caused it, the likeliest first, each"
          + " with the figure that speaks for it and one that speaks against it.",
      "Reads metrics, vectors, dead letters and the audit as far as their topics still have them. It"
          + " shows what changed together; it proves nothing."
    })
final class ExplainCommand implements Callable<Integer> {
  /** Longer ones are asked for in parts. */
  private static final int MOST_EPISODES = 50;

  @Parameters(
      paramLabel = "EPISODE",
      arity = "0..1",
      description = "Its id, or the beginning of it.")
  private @Nullable String id;

  @Option(
      names = "--from",
      paramLabel = "TIME",
      converter = TimeConverter.class,
      description =
          "In place of EPISODE: all that were open in windows from then on: 2026-11-01 or"
              + " 2026-11-01T12:00:00Z.")
  private @Nullable Instant from;

  @Option(
      names = "--to",
      paramLabel = "TIME",
      converter = TimeConverter.class,
      description = "End of the span, exclusive. Default: now.")
  private @Nullable Instant to;

  @Option(names = "--json", description = "Prints a line of JSON an episode instead of text.")
  private boolean json;

  @Option(
      names = "--html",
      paramLabel = "FILE",
      description = "Writes a page with plots, too, that needs no other file.")
  private @Nullable Path html;

  @Mixin private PipelineOptions options = new PipelineOptions();

  @Spec private CommandSpec spec = CommandSpec.create();

  @Override
  public Integer call() throws PipelineException {
    if ((id == null) == (from == null)) {
      throw new ParameterException(
          spec.commandLine(), "expected either an EPISODE, or --from and --to.");
    }
    EpisodeLog log = new EpisodeLog(options.platform().kafka(), options.platform().registry());
    List<Episode> episodes = log.read(Optional.empty(), Instant.now());
    List<Episode> wanted =
        id != null ? List.of(Episodes.find(episodes, id)) : ofSpan(episodes, from);
    if (id != null && !hasWindows(wanted.get(0))) {
      throw new UserError(
          "Episode %s is of %s, which has no windows of vectors to explain; 'leat drift show' tells what it says."
              .formatted(wanted.get(0).id(), wanted.get(0).last().getKind()));
    }
    EpisodeExplainer explainer = new EpisodeExplainer(options.platform(), options.find(), episodes);
    PrintWriter out = spec.commandLine().getOut();
    List<Explanation> explanations = wanted.stream().map(explainer::explain).toList();
    explanations.forEach(
        one -> out.print(json ? ReportJson.of(one) + "\n" : ExplanationText.of(one)));
    if (explanations.isEmpty() && !json) {
      out.println("No episode was open then; 'leat drift list --all' lists them.");
    }
    write(explanations, out);
    out.flush();
    return 0;
  }

  /** A request that lapsed is of no window. */
  private static boolean hasWindows(Episode episode) {
    return !episode.last().getKind().equals("retraining");
  }

  private List<Episode> ofSpan(List<Episode> episodes, @Nullable Instant begin) {
    Instant end = to == null ? Instant.MAX : to;
    List<Episode> found =
        episodes.stream()
            .filter(ExplainCommand::hasWindows)
            .filter(episode -> episode.records().get(0).getWindowStart().isBefore(end))
            .filter(
                episode ->
                    episode.last().getState() == AlertState.OPEN
                        || begin == null
                        || episode.last().getWindowEnd().isAfter(begin))
            .toList();
    if (found.size() > MOST_EPISODES) {
      throw new UserError(
          "%,d episodes were open then; expected %d at most. Give a shorter span."
              .formatted(found.size(), MOST_EPISODES));
    }
    return found;
  }

  private void write(List<Explanation> explanations, PrintWriter out) {
    Path file = html;
    if (file == null) {
      return;
    }
    String title =
        id != null
            ? "Episode " + explanations.get(0).episode()
            : "Episodes from %s to %s".formatted(from, to == null ? "now" : to);
    try {
      Files.writeString(file, ExplanationPage.of(title, explanations), UTF_8);
    } catch (IOException e) {
      throw new UserError(
          "%s cannot be written: %s".formatted(file, e.getClass().getSimpleName()), e);
    }
    if (!json) {
      out.println("The page is " + file);
    }
  }
}
