package io.leat.runtime.settings;

import io.leat.common.ErrorCode;
import io.leat.common.LeatException;
import java.nio.file.Path;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/**
 * Where a command finds a pipeline and its offline tables. The command line reads it and hands it
 * on to the process that does the work, which reads it again.
 */
@Command(defaultValueProvider = EnvironmentDefaults.class)
public abstract class TableOptions {
  @Setting(otherwise = "the one that 'leat up' runs")
  @Option(
      names = "--pipeline",
      paramLabel = "DIR",
      description = "Folder of the pipeline that the tables belong to.")
  private @Nullable Path pipeline;

  @Mixin private StackFolder stack = new StackFolder();

  @Setting(otherwise = "the warehouse in the folder of --dir")
  @Option(
      names = "--warehouse",
      paramLabel = "DIR|URI",
      description = "Where the offline tables lie.")
  private @Nullable String warehouse;

  @Setting
  @Option(
      names = "--catalog-properties",
      paramLabel = "FILE",
      description =
          "Iceberg catalog in place of the one on SQLite in the warehouse: catalog-impl or type, uri and so on.")
  private @Nullable Path catalogProperties;

  /**
   * The pipeline's folder.
   *
   * @throws LeatException with one sentence if none was given and no stack tells it
   * @throws LeatException if what the stack left cannot be read
   */
  public final Path pipelineFolder() {
    return pipeline != null
        ? pipeline
        : stack
            .pipeline()
            .orElseThrow(() -> new LeatException(ErrorCode.SETTING, stack.noPipeline()));
  }

  /** Folder of the local stack, whether or not one runs there. */
  public final Path folder() {
    return stack.path();
  }

  /** A folder, or the address (with a scheme) of an object store. */
  public final String warehouse() {
    return warehouse != null ? warehouse : folder().resolve("warehouse").toString();
  }

  /**
   * What the file of {@code --catalog-properties} holds; empty where none was given.
   *
   * @throws LeatException if the file cannot be read
   */
  public final Map<String, String> catalogProperties() {
    return catalogProperties == null
        ? Map.of()
        : PropertiesFile.read(catalogProperties, "catalog settings");
  }
}
