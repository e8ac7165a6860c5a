package io.leat.models.onnx;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OnnxValue;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtLoggingLevel;
import ai.onnxruntime.OrtSession;
import ai.onnxruntime.OrtSession.RunOptions;
import ai.onnxruntime.OrtSession.SessionOptions;
import io.leat.pipeline.model.ModelException;
import io.leat.pipeline.model.ModelFile;
import io.leat.pipeline.model.ModelMetadata;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A graph as ONNX Runtime holds it. Thread-safe. Owns the session and its options: close it after
 * all that was made from it.
 *
 * <p>The session runs on the calling thread alone, without spinning helpers: the stream's threads
 * are the parallelism. No custom operators are loaded.
 */
public final class OnnxSession implements AutoCloseable {
  /** One a process, as ONNX Runtime wants it; never closed. */
  static final OrtEnvironment ENVIRONMENT =
      OrtEnvironment.getEnvironment(OrtLoggingLevel.ORT_LOGGING_LEVEL_WARNING, "leat");

  private final SessionOptions options;
  private final OrtSession session;
  private final Signature signature;
  private final GraphFile file;

  private OnnxSession(SessionOptions options, OrtSession session, GraphFile file)
      throws OrtException {
    this.options = options;
    this.session = session;
    this.file = file;
    this.signature =
        Signature.of(session.getInputInfo().values(), session.getOutputInfo().values());
  }

  /** Version of ONNX Runtime. */
  public static String runtimeVersion() {
    return ENVIRONMENT.getVersion();
  }

  /**
   * Opens a graph.
   *
   * @throws ModelException if the file is no ONNX model, or one that cannot be run: it names what
   *     was found, what was expected and how to export the model
   */
  public static OnnxSession open(ModelFile file) {
    GraphFile graph;
    try {
      graph = GraphFile.check(file.bytes());
    } catch (ModelException e) {
      throw new ModelException(file.path() + ": " + e.getMessage(), e);
    }
    SessionOptions options = null;
    OrtSession session = null;
    try {
      options = options();
      session = ENVIRONMENT.createSession(file.bytes(), options);
      return new OnnxSession(options, session, graph);
    } catch (OrtException e) {
      ModelException why =
          new ModelException(
              "%s cannot be run by ONNX Runtime %s: %s"
                  .formatted(file.path(), runtimeVersion(), e.getMessage()),
              e);
      try {
        close(session, options);
      } catch (RuntimeException second) {
        why.addSuppressed(second);
      }
      throw why;
    }
  }

  private static SessionOptions options() throws OrtException {
    SessionOptions options = new SessionOptions();
    options.setExecutionMode(SessionOptions.ExecutionMode.SEQUENTIAL);
    options.setIntraOpNumThreads(1);
    options.setInterOpNumThreads(1);
    // What goes wrong is thrown; it would be printed for every vector beside that.
    options.setSessionLogLevel(OrtLoggingLevel.ORT_LOGGING_LEVEL_FATAL);
    options.addConfigEntry("session.intra_op.allow_spinning", "0");
    options.addConfigEntry("session.inter_op.allow_spinning", "0");
    return options;
  }

  /** What the graph takes and gives. */
  public Signature signature() {
    return signature;
  }

  /** Whether a row has the same outputs, to the last bit, alone and in any batch. */
  boolean rowsAreAlone() {
    return file.rowsAreAlone();
  }

  /** What the file says it was made for; empty where it was not made by Leat. */
  public Optional<ModelMetadata> metadata() {
    try {
      return ModelMetadata.fromProperties(session.getMetadata().getCustomMetadata());
    } catch (OrtException | IllegalArgumentException e) {
      throw new ModelException("cannot read the model's metadata: " + e.getMessage(), e);
    }
  }

  /**
   * Runs the graph.
   *
   * @param requested outputs that are made anew; the result holds them, and is to be closed
   * @param pinned outputs that are written where they are
   * @param options by which another thread may end the run; null: nobody may
   */
  OrtSession.Result run(
      Map<String, OnnxTensor> inputs,
      Set<String> requested,
      Map<String, OnnxValue> pinned,
      @Nullable RunOptions options)
      throws OrtException {
    return session.run(inputs, requested, pinned, options);
  }

  @Override
  public void close() {
    close(session, options);
  }

  /** The options outlive their session. */
  private static void close(@Nullable OrtSession session, @Nullable SessionOptions options) {
    if (session != null) {
      try {
        session.close();
      } catch (OrtException e) {
        throw new IllegalStateException("ONNX Runtime could not close a session", e);
      }
    }
    if (options != null) {
      options.close();
    }
  }
}
