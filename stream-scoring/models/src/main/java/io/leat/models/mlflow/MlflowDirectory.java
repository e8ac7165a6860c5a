package io.leat.models.mlflow;

import io.leat.common.Lookups;
import io.leat.models.onnx.Signature;
import io.leat.pipeline.model.ModelException;
import io.leat.pipeline.model.ModelFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * A model that {@code mlflow.onnx.save_model} saved, or {@code log_model} logged, of MLflow 2.14 to
 * 3.18. Immutable.
 *
 * <p>Its execution providers and session options are not read: Leat runs a graph on the CPU, on the
 * calling thread. Keys that are not known are passed over.
 *
 * <p>MLflow feeds a graph of one input with the whole frame as a matrix, and a graph of several
 * with each column under its own name, as a tensor of one dimension. Leat does the same where the
 * model's definition has no {@code inputs}: a matrix takes the service's features in the service's
 * order, and an input takes the feature that has its name ({@link Signature#isNameOf}). Whoever
 * publishes declares {@code inputs} where that is not what the model was trained on: the features
 * of the matrix in the order of the signature's columns, as in {@code inputs: { X: [payments.count,
 * payments.amount] }} ({@link #requireOrder} finds that out), or the feature of an input that has
 * another name. What MLflow casts (double to single precision, where the graph wants it) Leat
 * rounds in the same way.
 *
 * @param model the graph with all its weights, those too that were saved in files beside it
 * @param inputs what the saved signature says that it takes; empty where it has none
 * @param outputs what it says that it gives; empty where it does not say
 * @param lineage where the model comes from, for a version's lineage: of {@link #RUN}, {@link
 *     #MODEL_ID}, {@link #VERSION} and {@link #CREATED} those that the directory has
 * @param example rows that were saved with it; empty where there are none, or they are no table of
 *     single values
 */
public record MlflowDirectory(
    ModelFile model,
    List<ColumnSpec> inputs,
    List<ColumnSpec> outputs,
    Map<String, String> lineage,
    Optional<InputExample> example) {
  /** Id of the run that the model was logged in. */
  public static final String RUN = "mlflow.run";

  /** MLflow's id of the model; before MLflow 3 one that nothing else has. */
  public static final String MODEL_ID = "mlflow.model_id";

  /** Version of MLflow that saved it. */
  public static final String VERSION = "mlflow.version";

  /** When it was saved, in UTC, as MLflow writes it: {@code 2026-11-29 01:32:17.776552}. */
  public static final String CREATED = "mlflow.created";

  public MlflowDirectory {
    inputs = List.copyOf(inputs);
    outputs = List.copyOf(outputs);
    lineage = Collections.unmodifiableMap(new TreeMap<>(lineage));
  }

  /**
   * Reads a directory. Nothing outside of it is read.
   *
   * @throws ModelException if it is no such directory, has no model in ONNX, names files outside of
   *     it or lacks files that it names
   */
  public static MlflowDirectory read(Path folder) {
    Path root = root(folder);
    requireWithin(root);
    MlmodelFile file = MlmodelFile.read(root);
    Path onnx = within(root, file.data());
    if (!Files.isRegularFile(onnx)) {
      throw new ModelException(
          "%s names %s as its model, and there is no such file. Copy the whole directory that MLflow saved."
              .formatted(root.resolve(MlmodelFile.NAME), file.data()));
    }
    return new MlflowDirectory(
        ModelFile.read(onnx),
        file.inputs(),
        file.outputs(),
        file.lineage(),
        file.example(example -> within(root, example)));
  }

  /**
   * Writes a directory that {@code mlflow.onnx.load_model} and {@code mlflow.pyfunc.load_model}
   * load. Its signature is the graph's own; a loaded model takes what the graph takes and is not
   * told of features: their names and order are best said in the metadata.
   *
   * @param folder absent or empty
   * @param onnx a graph with all its weights
   * @param metadata what {@code metadata} of the loaded model gives: the version's name, number and
   *     digest, its features and the like
   * @throws ModelException if the graph cannot be run
   * @throws io.leat.common.LeatException if the folder has files, or cannot be written
   */
  public static void write(Path folder, byte[] onnx, Map<String, String> metadata) {
    MlflowExport.of(folder, onnx, metadata).write(folder);
  }

  /**
   * Sees that the columns which the model was trained on come in the order in which their features
   * are fed; all scores are wrong otherwise, and nothing says so. Compares names, so it finds
   * nothing where columns are called otherwise than features, or the signature has no names.
   *
   * @param graph what the graph takes
   * @param declared {@code inputs} of the model's definition
   * @param features full names of the service's features, in its order
   * @throws ModelException if columns and features have the same names in another order
   */
  public void requireOrder(
      Signature graph, Map<String, List<String>> declared, List<String> features) {
    if (graph.inputs().size() != 1) {
      return; // each input takes what has its name
    }
    String input = graph.inputs().get(0).name();
    List<String> fed = declared.getOrDefault(input, features);
    List<String> columns = inputs.stream().flatMap(column -> column.name().stream()).toList();
    List<String> wanted =
        columns.stream()
            .flatMap(column -> fed.stream().filter(name -> Signature.isNameOf(column, name)))
            .toList();
    if (wanted.size() == fed.size() && wanted.containsAll(fed) && !wanted.equals(fed)) {
      throw new ModelException(
          "the model was trained on the columns %s, and gets the features %s, in another order. Declare it, as in inputs: { %s: [%s] }"
              .formatted(columns, fed, input, String.join(", ", wanted)));
    }
  }

  /**
   * The saved example as vectors of a service.
   *
   * @param graph what the graph takes
   * @param declared {@code inputs} of the model's definition
   * @param features full names of the service's features, in its order
   * @return a value a feature, in the service's order; empty where there is no example, or its
   *     columns are not the features one after the other
   */
  public List<List<@Nullable Object>> exampleOf(
      Signature graph, Map<String, List<String>> declared, List<String> features) {
    List<String> fed =
        graph.inputs().size() == 1
            ? declared.getOrDefault(graph.inputs().get(0).name(), features)
            : graph.inputs().stream()
                .flatMap(
                    input ->
                        declared.containsKey(input.name())
                            ? Lookups.required(declared, input.name()).stream()
                            : features.stream()
                                .filter(name -> Signature.isNameOf(input.name(), name)))
                .toList();
    return example
        .filter(rows -> rows.width() == features.size() && fed.equals(features))
        .map(InputExample::rows)
        .orElse(List.of());
  }

  private static Path root(Path folder) {
    try {
      Path root = folder.toRealPath();
      if (Files.isDirectory(root)) {
        return root;
      }
    } catch (IOException e) {
      throw new ModelException(
          "there is no folder %s; expected one that mlflow.onnx.save_model saved."
              .formatted(folder),
          e);
    }
    throw new ModelException(
        "%s is a file; expected the folder that mlflow.onnx.save_model saved, which has it."
            .formatted(folder));
  }

  /** Refuses links that lead elsewhere: what is read would not be what was saved. */
  private static void requireWithin(Path root) {
    try (Stream<Path> files = Files.walk(root)) {
      for (Path link : (Iterable<Path>) files.filter(Files::isSymbolicLink)::iterator) {
        if (!link.toRealPath().startsWith(root)) {
          throw new ModelException(
              "%s is a link out of the model's directory. Put the file itself there."
                  .formatted(link));
        }
      }
    } catch (IOException e) {
      throw new ModelException("cannot read %s: %s".formatted(root, e), e);
    }
  }

  private static Path within(Path root, String name) {
    try {
      Path path = root.resolve(name).normalize();
      if (path.startsWith(root)) {
        return path;
      }
    } catch (InvalidPathException e) {
      throw new ModelException(
          "%s names the file '%s', which is no path: %s"
              .formatted(root.resolve(MlmodelFile.NAME), name, e.getReason()),
          e);
    }
    throw new ModelException(
        "%s names the file '%s', which lies outside of its directory. Save the model anew with mlflow.onnx.save_model."
            .formatted(root.resolve(MlmodelFile.NAME), name));
  }
}
