package io.leat.models.onnx;

import ai.onnxruntime.MapInfo;
import ai.onnxruntime.NodeInfo;
import ai.onnxruntime.OnnxJavaType;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtLoggingLevel;
import ai.onnxruntime.OrtSession;
import ai.onnxruntime.OrtSession.SessionOptions;
import ai.onnxruntime.SequenceInfo;
import ai.onnxruntime.TensorInfo;
import io.leat.pipeline.definition.Model;
import io.leat.pipeline.model.ModelException;
import io.leat.pipeline.model.ModelFile;
import io.leat.pipeline.model.ModelMetadata;
import java.util.Arrays;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * An ONNX session of one model version, checked to take rows of a service's width and to give the
 * score where the model's definition says. Thread-safe; each thread makes an {@link Inference} of
 * its own. Owns the session and its options: close it after every inference made from it.
 *
 * <p>The session runs on the calling thread alone, without spinning helpers: the stream's threads
 * are the parallelism. No custom operators are loaded; a file that needs them is refused by the
 * runtime.
 */
public final class OnnxModel implements AutoCloseable {
  /** One a process, as ONNX Runtime wants it; never closed. */
  private static final OrtEnvironment ENVIRONMENT =
      OrtEnvironment.getEnvironment(OrtLoggingLevel.ORT_LOGGING_LEVEL_WARNING, "leat");

  private static final int BATCH_AND_FEATURES = 2;

  private final SessionOptions options;
  private final OrtSession session;
  private final String inputName;
  private final OnnxJavaType inputType;
  private final Model.Output score;
  private final int width;

  private OnnxModel(
      SessionOptions options,
      OrtSession session,
      String inputName,
      OnnxJavaType inputType,
      Model.Output score,
      int width) {
    this.options = options;
    this.session = session;
    this.inputName = inputName;
    this.inputType = inputType;
    this.score = score;
    this.width = width;
  }

  /**
   * Opens a session and tries it with a row of zeros.
   *
   * @param score which output and column is the score
   * @param width number of features
   * @throws ModelException if the file is no ONNX model, does not take one dense matrix of that
   *     width, or has no such output
   */
  public static OnnxModel open(ModelFile file, Model.Output score, int width) {
    SessionOptions options = null;
    OrtSession session = null;
    try {
      options = options();
      session = ENVIRONMENT.createSession(file.bytes(), options);
      Map.Entry<String, NodeInfo> input = onlyInput(session, width);
      requireTensor(session, score);
      OnnxModel model =
          new OnnxModel(
              options,
              session,
              input.getKey(),
              inputType(input.getKey(), input.getValue(), width),
              score,
              width);
      try (Inference trial = model.inference()) {
        trial.score(new double[width]);
      }
      return model;
    } catch (OrtException | InferenceException e) {
      throw closing(
          session,
          options,
          new ModelException(
              "%s cannot be run by ONNX Runtime with %d features: %s"
                  .formatted(file.path(), width, e.getMessage()),
              e));
    } catch (ModelException e) {
      throw closing(session, options, new ModelException(file.path() + ": " + e.getMessage(), e));
    }
  }

  private static SessionOptions options() throws OrtException {
    SessionOptions options = new SessionOptions();
    options.setExecutionMode(SessionOptions.ExecutionMode.SEQUENTIAL);
    options.setIntraOpNumThreads(1);
    options.setInterOpNumThreads(1);
    options.addConfigEntry("session.intra_op.allow_spinning", "0");
    options.addConfigEntry("session.inter_op.allow_spinning", "0");
    return options;
  }

  private static Map.Entry<String, NodeInfo> onlyInput(OrtSession session, int width)
      throws OrtException {
    Map<String, NodeInfo> inputs = session.getInputInfo();
    if (inputs.size() != 1) {
      throw new ModelException(
          "the model has %d inputs %s; expected one matrix [batch, %d] with a column a feature. Export it with a single input."
              .formatted(inputs.size(), inputs.keySet(), width));
    }
    return inputs.entrySet().iterator().next();
  }

  private static OnnxJavaType inputType(String name, NodeInfo input, int width) {
    String expected =
        "; expected a float or double matrix [batch, %d], a column a feature of the service"
            .formatted(width);
    if (!(input.getInfo() instanceof TensorInfo tensor)) {
      throw new ModelException("input %s is %s%s".formatted(name, input.getInfo(), expected));
    }
    long[] shape = tensor.getShape();
    boolean shaped =
        shape.length == BATCH_AND_FEATURES
            && (shape[0] < 0 || shape[0] == 1)
            && (shape[1] < 0 || shape[1] == width);
    if (!shaped || (tensor.type != OnnxJavaType.FLOAT && tensor.type != OnnxJavaType.DOUBLE)) {
      throw new ModelException(
          "input %s is %s %s%s. A dimension of -1 is free."
              .formatted(name, tensor.type, Arrays.toString(shape), expected));
    }
    return tensor.type;
  }

  private static void requireTensor(OrtSession session, Model.Output score) throws OrtException {
    Map<String, NodeInfo> outputs = session.getOutputInfo();
    NodeInfo output = outputs.get(score.output());
    if (output == null) {
      throw new ModelException(
          "the model has no output %s; it has %s. Name one of them under outputs.score."
              .formatted(score.output(), outputs.keySet()));
    }
    if (output.getInfo() instanceof SequenceInfo || output.getInfo() instanceof MapInfo) {
      throw new ModelException(
          "output %s is a sequence or a map; expected a matrix. skl2onnx makes one with convert_sklearn(..., options={'zipmap': False})."
              .formatted(score.output()));
    }
    if (!(output.getInfo() instanceof TensorInfo tensor)
        || (tensor.type != OnnxJavaType.FLOAT && tensor.type != OnnxJavaType.DOUBLE)) {
      throw new ModelException(
          "output %s is %s; expected float or double numbers. Name another output under outputs.score."
              .formatted(score.output(), output.getInfo()));
    }
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
   * A way to run the model, for one thread.
   *
   * @throws ModelException if the output has no such column
   */
  public Inference inference() {
    return Inference.of(ENVIRONMENT, session, inputName, inputType, score, width);
  }

  @Override
  public void close() {
    close(session, options);
  }

  /** Closes what was opened; what goes wrong then does not take the place of the first error. */
  private static ModelException closing(
      @Nullable OrtSession session, @Nullable SessionOptions options, ModelException why) {
    try {
      close(session, options);
    } catch (RuntimeException e) {
      why.addSuppressed(e);
    }
    return why;
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
