package io.leat.cli.init;

import io.leat.cli.command.UserError;
import io.leat.cli.rows.ColumnTypes;
import io.leat.pipeline.definition.PipelineException;
import io.leat.pipeline.reader.PipelineReader;
import io.leat.pipeline.yaml.NameRule;
import io.leat.runtime.settings.RowFileOptions;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Writes a new pipeline: one contract, one view, one service. */
@Command(
    name = "init",
    mixinStandardHelpOptions = true,
    description =
        "Writes the folder of a new pipeline: a contract, a view and a service, with comments. With"
            + " --from, after the columns of a CSV or Parquet file; what was guessed is said, and is yours to"
            + " correct. Nothing is overwritten.")
public final class InitCommand implements Callable<Integer> {
  private static final Set<String> OWN =
      Set.of("--from", "--event", "--event-id", "--event-time", "--key");

  @Parameters(
      paramLabel = "DIR",
      description = "The new folder; it must not exist, or be empty. Its name is the pipeline's.")
  private Path folder = Path.of(".");

  @Option(
      names = "--from",
      paramLabel = "FILE",
      description = "A file of events, .csv, .csv.gz or .parquet. Default: a small example.")
  private @Nullable Path file;

  @Option(
      names = "--event",
      paramLabel = "NAME",
      description = "Name of the event. Default: the file's.")
  private @Nullable String event;

  @Option(
      names = "--event-id",
      paramLabel = "COLUMN",
      description = "What tells one event from another. Default: a column that has no value twice.")
  private @Nullable String eventId;

  @Option(
      names = "--event-time",
      paramLabel = "COLUMN",
      description = "When an event happened. Default: the first column of times.")
  private @Nullable String eventTime;

  @Option(
      names = "--key",
      paramLabel = "COLUMN",
      description =
          "What the features are about, such as a customer. Default: a column whose values come again.")
  private @Nullable String key;

  @Mixin private RowFileOptions format = new RowFileOptions();

  @Spec private CommandSpec spec = CommandSpec.create();

  @Override
  public Integer call() throws PipelineException {
    EventDraft draft =
        file == null
            ? EventDraft.example(name(event, "orders"))
            : EventDraft.of(
                name(event, baseName(file)),
                file,
                ColumnTypes.of(file, format),
                format.renames(),
                new EventDraft.Chosen(eventId, eventTime, key));
    String pipeline = name(null, folderName());
    write(PipelineDraft.files(pipeline, draft));
    PipelineReader.read(folder);
    tell(draft);
    return 0;
  }

  private static String name(@Nullable String given, String otherwise) {
    if (given != null && !NameRule.TOPIC.allows(given)) {
      throw new UserError(
          "--event is '%s'; expected a name of %s.".formatted(given, NameRule.TOPIC.description()));
    }
    return given == null ? EventDraft.identifier(otherwise) : given;
  }

  private String folderName() {
    Path last = folder.toAbsolutePath().normalize().getFileName();
    if (last == null) {
      throw new UserError(
          "%s is the root of the file system; name a folder that is not there yet."
              .formatted(folder));
    }
    return last.toString();
  }

  private static String baseName(Path file) {
    return String.valueOf(file.getFileName()).replaceFirst("\\.(csv|csv\\.gz|parquet)$", "");
  }

  private void write(Map<String, String> files) {
    try {
      if (Files.exists(folder)) {
        if (!Files.isDirectory(folder)) {
          throw new UserError(folder + " is a file; name a folder that is not there yet.");
        }
        try (Stream<Path> there = Files.list(folder)) {
          List<String> names =
              there.map(path -> "" + path.getFileName()).sorted().limit(5).toList();
          if (!names.isEmpty()) {
            throw new UserError(
                "%s is not empty (%s), and nothing is overwritten; name a folder that is not there yet."
                    .formatted(folder, String.join(", ", names)));
          }
        }
      }
      for (Map.Entry<String, String> one : files.entrySet()) {
        Path path = folder.resolve(one.getKey());
        Files.createDirectories(path.toAbsolutePath().getParent());
        Files.writeString(path, one.getValue(), StandardOpenOption.CREATE_NEW);
      }
    } catch (IOException e) {
      throw new UserError("Cannot write " + folder + ": " + e, e);
    }
  }

  private void tell(EventDraft draft) {
    PrintWriter out = spec.commandLine().getOut();
    out.printf("Wrote the pipeline %s.%n", folder);
    if (file != null) {
      out.printf(
          "Guessed from the first %,d rows of %s; correct what is wrong in %s/contracts:%n",
          draft.rows(), file, folder);
      for (EventDraft.Field field : draft.fields()) {
        out.printf(
            "  %-24s %s%s%s%n",
            field.name(),
            field.type().name().toLowerCase(Locale.ROOT).replace('_', ' '),
            field.nullable() ? " or null" : "",
            draft.role(field).map(" - "::concat).orElse(""));
      }
      draft.leftOut().forEach(column -> out.printf("  left out: %s, which has no value%n", column));
    }
    out.printf(
        "Next:%n  ./leat validate %s%n  ./leat up %s%n  ./leat replay %s --event %s%s%n",
        word(folder.toString()),
        word(folder.toString()),
        file == null ? draft.event() + ".csv" : word(file.toString()),
        draft.event(),
        readAs(draft));
    out.flush();
  }

  /** The options by which the file is read, as they were given, and what columns are taken for. */
  private String readAs(EventDraft draft) {
    Stream<String> given =
        spec.commandLine().getParseResult().matchedOptions().stream()
            .filter(option -> !OWN.contains(option.longestName()))
            .filter(option -> !option.longestName().equals("--rename"))
            .flatMap(InitCommand::asGiven);
    Stream<String> renames =
        draft.renames().entrySet().stream()
            .map(one -> "--rename " + word(one.getKey() + "=" + one.getValue()));
    return Stream.concat(given, renames).map(" "::concat).collect(Collectors.joining());
  }

  private static Stream<String> asGiven(OptionSpec option) {
    return option.arity().max() == 0
        ? Stream.of(option.longestName())
        : option.originalStringValues().stream()
            .map(value -> option.longestName() + " " + word(value));
  }

  /** A word as a shell takes it. */
  private static String word(String text) {
    return text.matches("[\\w./:=+,-]+") ? text : "'" + text.replace("'", "'\\''") + "'";
  }
}
