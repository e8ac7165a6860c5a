package io.leat.cli;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.PackageMatchers;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * What packages say of their imports in {@code package-info}, where it is more than the table of
 * modules says ({@link ArchitectureTest}).
 */
class PackageImportsTest {
  /** No package has this name. */
  private static final String NOWHERE = "nowhere";

  private static final String DEFINITIONS = "io.leat.pipeline.definition";
  private static final String EXPRESSIONS = "io.leat.pipeline.expression";

  /** Module, package, and all of Leat that it imports beside itself and {@code common}. */
  static Stream<Arguments> packages() {
    return Stream.of(
        of("pipeline", "io.leat.pipeline.yaml", DEFINITIONS, EXPRESSIONS, "io.leat.schemas"),
        of("pipeline", EXPRESSIONS, "io.leat.schemas"),
        of("pipeline", "io.leat.pipeline.derivation", DEFINITIONS, EXPRESSIONS, "io.leat.schemas"),
        of("pipeline", DEFINITIONS, "io.leat.schemas", "io.leat.features.aggregation", EXPRESSIONS),
        of("ingestion", "io.leat.ingestion.refusal"),
        of("ingestion", "io.leat.ingestion.rules", "io.leat.pipeline.."),
        of(
            "ingestion",
            "io.leat.ingestion.privacy",
            "io.leat.ingestion.rules",
            "io.leat.pipeline..",
            "io.leat.schemas"),
        of("ingestion", "io.leat.ingestion.duplicates"),
        of(
            "cli",
            "io.leat.cli.command",
            "io.leat.models..",
            "io.leat.pipeline..",
            "io.leat.platform",
            "io.leat.runtime.settings",
            "io.leat.schemas",
            "io.leat.stack"),
        of("feature-store/offline", "io.leat.features.offline.files"),
        of("stream-scoring/models", "io.leat.models.artifact"),
        of(
            "stream-scoring/models",
            "io.leat.models.mlflow",
            "io.leat.models.onnx",
            "io.leat.pipeline.definition",
            "io.leat.pipeline.model",
            "io.leat.pipeline.yaml"),
        of(
            "stream-scoring/models",
            "io.leat.models.registry",
            "io.leat.models.artifact",
            "io.leat.models.mlflow",
            "io.leat.models.onnx",
            "io.leat.pipeline..",
            "io.leat.records",
            "io.leat.schemas.."),
        of(
            "retraining/training",
            "io.leat.retraining.training",
            "io.leat.evaluation",
            "io.leat.pipeline.model"),
        of("drift-detector/statistics", "io.leat.drift.sample"),
        of("drift-detector/statistics", "io.leat.drift.statistic", "io.leat.drift.sample"),
        of("drift-detector/statistics", "io.leat.drift.sequential", "io.leat.drift.sample"),
        of("retraining/gates", "io.leat.retraining.gate", "io.leat.evaluation", "io.leat.report"),
        of("schemas", "io.leat.schemas.position"),
        of("schemas", "io.leat.schemas.topic", "io.leat.schemas.position"),
        of("schemas", "io.leat.schemas.deadletter", "io.leat.records", "io.leat.schemas"),
        of(
            "schemas",
            "io.leat.schemas.audit",
            "io.leat.records",
            "io.leat.schemas",
            "io.leat.schemas.topic"));
  }

  /** Module, the packages in which alone it names a library, the library's packages. */
  static Stream<Arguments> libraries() {
    return Stream.of(
        of("pipeline", "io.leat.pipeline.expression", "dev.cel.."),
        of("pipeline", "io.leat.pipeline.yaml", "org.snakeyaml.."),
        of("pipeline", "io.leat.pipeline.apply", "org.apache.kafka.."),
        of("runtime/streams", NOWHERE, "org.apache.flink.."),
        of("runtime/flink", NOWHERE, "org.apache.kafka.streams.."),
        of("feature-store/offline", NOWHERE, "org.apache.kafka.streams.."),
        of("drift-detector/job", NOWHERE, "org.apache.kafka.streams.."),
        of("stream-scoring/batch", NOWHERE, "org.apache.kafka.streams.."),
        of("stream-scoring/models", "io.leat.models.artifact", "software.amazon.."),
        of("stream-scoring/models", "io.leat.models.onnx", "ai.onnxruntime.."),
        of("retraining/training", NOWHERE, "org.apache.kafka..", "java.nio.file..", "java.io.."),
        of("retraining/gates", NOWHERE, "org.apache.kafka..", "java.nio.file..", "java.io.."),
        of("common", NOWHERE, "org.apache..", "com..", "dev.cel.."));
  }

  private static Arguments of(String module, String own, String... others) {
    return Arguments.of(module, own, List.of(others));
  }

  @ParameterizedTest(name = "{1}")
  @MethodSource("packages")
  void aPackageImportsWhatItSays(String module, String own, List<String> imports) {
    noClasses()
        .that()
        .resideInAPackage(own)
        .should()
        .dependOnClassesThat(
            DescribedPredicate.<JavaClass>describe(
                "are of Leat, and not of " + imports,
                target ->
                    target.getPackageName().startsWith("io.leat")
                        && !target.getPackageName().equals(own)
                        && !target.getPackageName().startsWith("io.leat.common")
                        && !PackageMatchers.of(imports).test(target.getPackageName())))
        .check(ArchitectureTest.classes(module));
  }

  @ParameterizedTest(name = "{0}: {2} in {1}")
  @MethodSource("libraries")
  void aLibraryIsNamedWhereItIsSaid(String module, String own, List<String> library) {
    noClasses()
        .that()
        .resideOutsideOfPackage(own + "..")
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage(library.toArray(String[]::new))
        .check(ArchitectureTest.classes(module));
  }
}
