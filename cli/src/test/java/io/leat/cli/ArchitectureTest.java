package io.leat.cli;

import static com.tngtech.archunit.base.DescribedPredicate.not;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.equivalentTo;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.PackageMatcher;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import io.leat.pipeline.expression.Expression;
import io.leat.pipeline.expression.Program;
import io.leat.schemas.RegistryClient;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/**
 * Who may import whom: the table of docs/architecture.md, held against the compiled classes of
 * every module.
 */
class ArchitectureTest {
  /** Module folder to the packages of Leat that it may use beside its own. */
  private static final Map<String, Module> MODULES =
      Map.ofEntries(
          module("common", "io.leat.common.."),
          Map.entry(
              "schemas", new Module(List.of("io.leat.records..", "io.leat.schemas.."), List.of())),
          module("feature-store/aggregations", "io.leat.features.aggregation..", "schemas"),
          Map.entry(
              "drift-detector/statistics",
              new Module(
                  List.of(
                      "io.leat.drift.statistic..",
                      "io.leat.drift.sample..",
                      "io.leat.drift.sequential.."),
                  List.of())),
          module(
              "pipeline",
              "io.leat.pipeline..",
              "schemas",
              "feature-store/aggregations",
              "drift-detector/statistics"),
          module("platform", "io.leat.platform..", "schemas", "pipeline"),
          module("stack", "io.leat.stack.."),
          module("testing", "io.leat.testing..", "schemas", "stack"),
          module(
              "runtime/settings", "io.leat.runtime.settings..", "schemas", "pipeline", "platform"),
          module(
              "runtime/access",
              "io.leat.runtime.access..",
              "schemas",
              "pipeline",
              "runtime/settings"),
          Map.entry(
              "runtime/service",
              new Module(
                  List.of("io.leat.runtime"),
                  List.of("schemas", "pipeline", "runtime/settings", "runtime/access"))),
          module(
              "runtime/streams",
              "io.leat.runtime.streams..",
              "schemas",
              "pipeline",
              "platform",
              "runtime/settings",
              "runtime/access",
              "runtime/service"),
          module(
              "runtime/flink",
              "io.leat.runtime.flink..",
              "schemas",
              "pipeline",
              "runtime/settings"),
          module(
              "ingestion",
              "io.leat.ingestion..",
              "schemas",
              "pipeline",
              "platform",
              "runtime/settings",
              "runtime/access",
              "runtime/service",
              "runtime/streams"),
          module(
              "dead-letters",
              "io.leat.deadletters..",
              "schemas",
              "pipeline",
              "runtime/settings",
              "runtime/access",
              "runtime/service",
              "runtime/streams",
              "ingestion"),
          module(
              "feature-store/engine",
              "io.leat.features.engine..",
              "schemas",
              "feature-store/aggregations",
              "pipeline"),
          module(
              "feature-store/online",
              "io.leat.features.online..",
              "schemas",
              "feature-store/aggregations",
              "pipeline",
              "platform",
              "runtime/settings",
              "runtime/access",
              "runtime/service",
              "runtime/streams",
              "feature-store/engine"),
          module(
              "feature-store/server",
              "io.leat.features.server..",
              "schemas",
              "feature-store/aggregations",
              "pipeline",
              "platform",
              "runtime/settings",
              "runtime/access",
              "runtime/service",
              "feature-store/engine",
              "feature-store/online"),
          module(
              "feature-store/offline",
              "io.leat.features.offline..",
              "schemas",
              "feature-store/aggregations",
              "pipeline",
              "runtime/settings",
              "runtime/flink",
              "feature-store/engine"),
          module("stream-scoring/models", "io.leat.models..", "schemas", "pipeline"),
          module("stream-scoring/evaluation", "io.leat.evaluation.."),
          module("reports", "io.leat.report.."),
          module(
              "stream-scoring/engine",
              "io.leat.scoring.engine..",
              "schemas",
              "pipeline",
              "stream-scoring/models"),
          module(
              "stream-scoring/job",
              "io.leat.scoring",
              "schemas",
              "pipeline",
              "stream-scoring/models",
              "stream-scoring/engine",
              "runtime/settings",
              "runtime/access",
              "runtime/service",
              "runtime/streams"),
          module(
              "stream-scoring/server",
              "io.leat.scoring.server..",
              "schemas",
              "pipeline",
              "platform",
              "stream-scoring/models",
              "stream-scoring/engine",
              "runtime/settings",
              "runtime/access",
              "runtime/service"),
          module(
              "stream-scoring/batch",
              "io.leat.scoring.batch..",
              "schemas",
              "pipeline",
              "runtime/settings",
              "runtime/flink",
              "feature-store/offline",
              "stream-scoring/models",
              "stream-scoring/engine"),
          module(
              "stream-scoring/mlflow",
              "io.leat.mlflow..",
              "schemas",
              "pipeline",
              "platform",
              "stream-scoring/models",
              "runtime/settings",
              "runtime/access",
              "runtime/service"),
          Map.entry(
              "drift-detector/engine",
              new Module(
                  List.of("io.leat.drift", "io.leat.drift.evidence", "io.leat.drift.explanation"),
                  List.of("schemas", "drift-detector/statistics", "pipeline"))),
          module(
              "drift-detector/job",
              "io.leat.drift.job..",
              "schemas",
              "drift-detector/statistics",
              "pipeline",
              "stream-scoring/models",
              "runtime/settings",
              "runtime/flink",
              "drift-detector/engine"),
          module(
              "drift-detector/performance",
              "io.leat.performance..",
              "schemas",
              "drift-detector/statistics",
              "pipeline",
              "drift-detector/engine",
              "feature-store/aggregations",
              "feature-store/engine",
              "stream-scoring/models",
              "stream-scoring/evaluation",
              "runtime/settings",
              "runtime/access",
              "runtime/service",
              "runtime/streams"),
          module(
              "drift-detector/notifications",
              "io.leat.notifications..",
              "schemas",
              "pipeline",
              "runtime/settings",
              "runtime/access",
              "runtime/service",
              "runtime/streams"),
          module(
              "retraining/training",
              "io.leat.retraining.training..",
              "schemas",
              "pipeline",
              "stream-scoring/evaluation"),
          module("runtime/batch", "io.leat.runtime.batch..", "runtime/settings", "stack"),
          module(
              "retraining/samples",
              "io.leat.retraining.samples..",
              "schemas",
              "pipeline",
              "drift-detector/engine",
              "retraining/training"),
          module(
              "retraining/worker",
              "io.leat.retraining.worker..",
              "schemas",
              "pipeline",
              "platform",
              "stack",
              "runtime/settings",
              "runtime/access",
              "runtime/service",
              "runtime/batch",
              "drift-detector/engine",
              "stream-scoring/models",
              "stream-scoring/evaluation",
              "retraining/training",
              "retraining/gates",
              "retraining/samples"),
          module(
              "retraining/gates",
              "io.leat.retraining.gate..",
              "stream-scoring/evaluation",
              "reports"),
          module(
              "retraining/policy",
              "io.leat.retraining.policy..",
              "schemas",
              "pipeline",
              "platform",
              "runtime/settings",
              "runtime/access",
              "runtime/service",
              "runtime/streams"),
          module("examples", "io.leat.examples..", "schemas"),
          module(
              "console",
              "io.leat.console..",
              "schemas",
              "pipeline",
              "runtime/settings",
              "runtime/access",
              "runtime/service"),
          Map.entry(
              "cli",
              new Module(
                  List.of("io.leat.cli.."),
                  List.of(
                      "schemas",
                      "pipeline",
                      "platform",
                      "stack",
                      "runtime/settings",
                      "runtime/access",
                      "runtime/service",
                      "runtime/streams",
                      "ingestion",
                      "dead-letters",
                      "feature-store/aggregations",
                      "feature-store/engine",
                      "feature-store/online",
                      "feature-store/server",
                      "stream-scoring/server",
                      "stream-scoring/mlflow",
                      "stream-scoring/models",
                      "stream-scoring/evaluation",
                      "reports",
                      "stream-scoring/engine",
                      "stream-scoring/job",
                      "drift-detector/statistics",
                      "drift-detector/engine",
                      "drift-detector/notifications",
                      "retraining/training",
                      "retraining/policy",
                      "retraining/samples",
                      "retraining/worker",
                      "runtime/batch",
                      "examples",
                      "console"))));

  /** What the module schemas unpacks beside its own classes. */
  private static final String UNPACKED_REGISTRY_CLIENT = "/org/apache/flink/avro/";

  /** Every module's, read once. */
  private static final class All {
    static final JavaClasses CLASSES =
        new ClassFileImporter()
            .importPaths(MODULES.keySet().stream().map(ArchitectureTest::compiled).toList());
  }

  private record Module(List<String> packages, List<String> imports) {}

  private static Map.Entry<String, Module> module(String folder, String own, String... imports) {
    return Map.entry(folder, new Module(List.of(own), List.of(imports)));
  }

  @Test
  void everyModuleImportsOnlyWhatTheTableAllows() {
    MODULES.forEach(
        (folder, module) -> {
          String[] allowed = allowed(module);
          noClasses()
              .should()
              .dependOnClassesThat(
                  DescribedPredicate.describe(
                      "belong to another part of Leat",
                      target ->
                          target.getPackageName().startsWith("io.leat")
                              && Arrays.stream(allowed)
                                  .noneMatch(
                                      name ->
                                          PackageMatcher.of(name)
                                              .matches(target.getPackageName()))))
              .as("%s imports only %s of Leat".formatted(folder, module.imports()))
              .check(classes(folder));
        });
  }

  @Test
  void theEnginesKnowNeitherKafkaNorFlink() {
    for (String folder :
        List.of(
            "feature-store/aggregations",
            "feature-store/engine",
            "drift-detector/statistics",
            "drift-detector/engine")) {
      noClasses()
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage("org.apache.kafka..", "org.apache.flink..")
          .check(classes(folder));
    }
  }

  @Test
  void noPackagesImportEachOtherInACircle() {
    slices().matching("io.leat.(**)").should().beFreeOfCycles().check(All.CLASSES);
  }

  @Test
  void ofThePipelinesPackagesApplyAloneKnowsKafka() {
    noClasses()
        .that()
        .resideInAPackage("io.leat.pipeline..")
        .and()
        .resideOutsideOfPackage("io.leat.pipeline.apply..")
        .should()
        .dependOnClassesThat()
        .resideInAPackage("org.apache.kafka..")
        .check(classes("pipeline"));
  }

  @Test
  void definitionsHoldExpressionsAndCannotCompileThem() {
    noClasses()
        .that()
        .resideInAPackage("io.leat.pipeline.definition..")
        .should()
        .dependOnClassesThat(
            resideInAPackage("io.leat.pipeline.expression..")
                .and(not(equivalentTo(Expression.class))))
        .check(classes("pipeline"));
  }

  /** It stands in the definitions, where the reader of the pipeline has put it. */
  @Test
  void nobodyCompilesAFeatureToLearnWhatItIsMadeOf() {
    noClasses()
        .that()
        .resideOutsideOfPackages(
            "io.leat.pipeline.expression..",
            "io.leat.pipeline.derivation..",
            "io.leat.pipeline.reader..",
            "io.leat.ingestion.rules..",
            "io.leat.deadletters..")
        .should()
        .callMethod(Program.class, "names")
        .orShould()
        .callMethod(Program.class, "type")
        .check(All.CLASSES);
  }

  @Test
  void onlyTheRegistryClientNamesConfluentsLibrary() {
    noClasses()
        .that()
        .doNotBelongToAnyOf(RegistryClient.class)
        .and()
        .resideInAPackage("io.leat..")
        .should()
        .dependOnClassesThat()
        .resideInAPackage("org.apache.flink.avro..")
        .check(classes("schemas"));
  }

  @Test
  void onlyTheModelsNameOnnxRuntime() {
    noClasses()
        .that()
        .resideOutsideOfPackage("io.leat.models.onnx..")
        .should()
        .dependOnClassesThat()
        .resideInAPackage("ai.onnxruntime..")
        .check(All.CLASSES);
  }

  /** Numbers on the wire and on the disk are the code's own, whatever is added to an enum. */
  @Test
  void noNumberIsAnEnumsOrdinal() throws IOException {
    Pattern ordinal =
        Pattern.compile("[.:]ordinal\\b|(?:^|[^.\\w]|\\b[A-Z]\\w*\\.)values\\(\\)\\[");
    List<String> found = new ArrayList<>();
    for (String folder : MODULES.keySet()) {
      Path sources =
          Path.of(System.getProperty("leat.project")).resolve(folder).resolve("src/main/java");
      try (Stream<Path> files = Files.walk(sources)) {
        for (Path file : files.filter(path -> path.toString().endsWith(".java")).toList()) {
          Files.readAllLines(file, UTF_8).stream()
              .filter(line -> ordinal.matcher(line).find())
              .forEach(line -> found.add(file + ": " + line.strip()));
        }
      }
    }

    assertThat(found).isEmpty();
  }

  private static String[] allowed(Module module) {
    return Stream.concat(
            Stream.concat(module.packages().stream(), Stream.of("io.leat.common..")),
            module.imports().stream().flatMap(name -> MODULES.get(name).packages().stream()))
        .toArray(String[]::new);
  }

  static JavaClasses classes(String folder) {
    return new ClassFileImporter()
        .withImportOption(location -> !location.contains(UNPACKED_REGISTRY_CLIENT))
        .importPaths(compiled(folder));
  }

  private static Path compiled(String folder) {
    Path compiled =
        Path.of(System.getProperty("leat.project")).resolve(folder).resolve("target/classes");
    assertThat(Files.isDirectory(compiled)).as("%s has been compiled", compiled).isTrue();
    return compiled;
  }
}
