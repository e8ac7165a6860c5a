package io.leat.runtime.options;

import io.leat.common.ErrorCode;
import io.leat.common.LeatException;
import java.nio.file.Path;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/**
 * Where a command finds a pipeline and its offline tables. The command line reads it and hands it
 * on to the process that does the work, which reads it again.
 */
public abstract class TableOptions {
  @Option(
      names = "--pipeline",
      paramLabel = "DIR",
      defaultValue = "${env:LEAT_PIPELINE:-" + CommonOptions.NONE + "}",
      description =
          "Folder of the pipeline that the tables belong to. Environment: LEAT_PIPELINE. Default:"
              + " the one that 'leat up' runs.")
  private @Nullable Path pipeline;

  @Mixin private StackFolder stack = new StackFolder();

  @Option(
      names = "--warehouse",
      paramLabel = "DIR|URI",
      defaultValue = "${env:LEAT_WAREHOUSE:-" + CommonOptions.NONE + "}",
      description =
          "Where the offline tables lie. Environment: LEAT_WAREHOUSE. Default: the warehouse in the"
              + " folder of --dir.")
  private @Nullable String warehouse;

  @Option(
      names = "--catalog-properties",
      paramLabel = "FILE",
      defaultValue = "${env:LEAT_CATALOG_PROPERTIES:-" + CommonOptions.NONE + "}",
      description =
          "Iceberg catalog in place of the one on SQLite in the warehouse: catalog-impl or type,"
              + " uri and so on. Environment: LEAT_CATALOG_PROPERTIES.")
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
