package io.leat.cli.promote;

import io.leat.cli.command.PipelineOptions;
import io.leat.cli.command.PlatformOptions;
import io.leat.cli.command.UserError;
import io.leat.pipeline.apply.DefinitionLog;
import io.leat.pipeline.apply.Promotions;
import io.leat.pipeline.definition.FeatureView;
import io.leat.pipeline.definition.Pipeline;
import io.leat.pipeline.definition.PipelineException;
import io.leat.pipeline.definition.ViewId;
import io.leat.records.Definition;
import io.leat.runtime.access.Principal;
import io.leat.schemas.audit.ChangeLog;
import java.io.PrintWriter;
import java.time.InstantSource;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.stream.Collectors;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.common.KafkaException;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Makes a version of a view what its name alone means. */
@Command(
    name = "promote-view",
    mixinStandardHelpOptions = true,
    description =
        "Makes a version of a view what its name alone means to who reads online features, at once"
            + " and in every feature server. Without a view it lists the versions of every view.")
public final class PromoteViewCommand implements Callable<Integer> {
  @Parameters(
      arity = "0..1",
      paramLabel = "VIEW@VERSION",
      description = "What to promote, such as customer_activity@2. Default: nothing; list.")
  private @Nullable String reference;

  @Option(
      names = "--allow-missing-features",
      description =
          "Promote though the version lacks features that the one promoted now has; whoever asks"
              + " for them is refused from then on.")
  private boolean missingFeaturesAllowed;

  @Option(
      names = "--max-lag",
      paramLabel = "N",
      defaultValue = "1000",
      description =
          "How many records of the view's source the online store may be behind. Default:"
              + " ${DEFAULT-VALUE}.")
  private long mostLag = 1_000;

  @Mixin private PipelineOptions options = new PipelineOptions();

  @Spec private CommandSpec spec = CommandSpec.create();

  @Override
  public Integer call() throws PipelineException, InterruptedException {
    Pipeline pipeline = options.pipeline();
    PlatformOptions platform = options.platform();
    DefinitionLog log = new DefinitionLog(platform.kafka(), platform.registry());
    Collection<Definition> definitions = log.read().values();
    Map<String, Integer> promoted = Promotions.of(pipeline, definitions);
    Map<String, Object> kafka = platform.kafka();
    try (Admin admin = Admin.create(kafka)) {
      ViewReadiness readiness = new ViewReadiness(pipeline, definitions, kafka, admin, mostLag);
      if (reference == null) {
        list(pipeline, promoted, readiness);
      } else {
        promote(view(pipeline, reference), pipeline, promoted, readiness, log);
      }
      return 0;
    } catch (ExecutionException | KafkaException e) {
      Throwable cause = e.getCause() == null ? e : e.getCause();
      throw new UserError(
          "The broker at %s failed: %s".formatted(platform.bootstrapServers(), cause.getMessage()),
          cause);
    }
  }

  private void promote(
      FeatureView view,
      Pipeline pipeline,
      Map<String, Integer> promoted,
      ViewReadiness readiness,
      DefinitionLog log)
      throws ExecutionException, InterruptedException {
    FeatureView before = pipeline.meantByName(view.name(), promoted).orElseThrow();
    List<String> problems = readiness.problems(view, before, missingFeaturesAllowed);
    if (!problems.isEmpty()) {
      throw new UserError(
          "%s was not promoted; %s still means version %d. Of version %d:%n%s"
              .formatted(
                  view.id(),
                  view.name(),
                  before.version(),
                  view.version(),
                  problems.stream()
                      .map(problem -> "  " + problem)
                      .collect(Collectors.joining(System.lineSeparator()))));
    }
    PrintWriter out = spec.commandLine().getOut();
    if (Integer.valueOf(view.version()).equals(promoted.get(view.name()))) {
      out.printf("%s means version %d already.%n", view.name(), view.version());
      return;
    }
    ChangeLog changes =
        new ChangeLog(
            options.platform().kafka(), options.platform().registry(), InstantSource.system());
    Promotions.promote(changes, log, pipeline, view, before, Principal.ofThisProcess().name());
    if (view.version() == before.version()) {
      out.printf(
          "%s meant version %d as the lowest; from now on it means it because it was promoted,"
              + " whatever versions are added.%n",
          view.name(), view.version());
    } else {
      out.printf(
          "%s means version %d from now on, in place of version %d. Back again: ./leat promote-view %s%n",
          view.name(), view.version(), before.version(), before.id());
    }
  }

  private void list(Pipeline pipeline, Map<String, Integer> promoted, ViewReadiness readiness)
      throws ExecutionException, InterruptedException {
    PrintWriter out = spec.commandLine().getOut();
    for (FeatureView view : pipeline.views()) {
      FeatureView meant = pipeline.meantByName(view.name(), promoted).orElseThrow();
      List<String> problems = readiness.problems(view, meant, missingFeaturesAllowed);
      String users = String.join(", ", users(view, pipeline));
      out.printf(
          "%s: %s; %s; used by %s%n",
          view.id(),
          meant.equals(view)
              ? promoted.containsKey(view.name()) ? "promoted" : "meant by the name, as the lowest"
              : "not promoted",
          problems.isEmpty() ? "ready" : "not ready: " + String.join("; ", problems),
          users.isEmpty() ? "no service" : users);
    }
  }

  /** The services that take values of this very version, {@code name@version} each. */
  private static List<String> users(FeatureView view, Pipeline pipeline) {
    return pipeline.services().stream()
        .filter(service -> service.views().contains(view.id()))
        .map(service -> service.id().toString())
        .toList();
  }

  private FeatureView view(Pipeline pipeline, String text) {
    ViewId id =
        ViewId.parse(text)
            .orElseThrow(
                () ->
                    new ParameterException(
                        spec.commandLine(),
                        "'%s' is no version of a view; expected view@version, as in customer_activity@2"
                            .formatted(text)));
    List<FeatureView> versions = pipeline.versions(id.name());
    if (versions.isEmpty()) {
      throw new UserError(
          "The pipeline %s has no view %s; it has %s."
              .formatted(
                  pipeline.name(),
                  id.name(),
                  pipeline.views().stream()
                      .map(FeatureView::name)
                      .distinct()
                      .collect(Collectors.joining(", "))));
    }
    return pipeline
        .view(id)
        .orElseThrow(
            () ->
                new UserError(
                    "The pipeline %s has no %s; it has %s. Add the version to the folder, or promote one that is there."
                        .formatted(
                            pipeline.name(),
                            text,
                            versions.stream()
                                .map(one -> one.id().toString())
                                .collect(Collectors.joining(", ")))));
  }
}
