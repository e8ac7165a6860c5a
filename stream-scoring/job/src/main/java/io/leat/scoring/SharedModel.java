package io.leat.scoring;

import io.leat.models.onnx.OnnxModel;
import io.leat.pipeline.definition.Model;
import io.leat.pipeline.model.ModelFile;
import io.leat.schemas.ValueType;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * One session for all the tasks of a process that serve a model version: opened by the first that
 * needs it, closed by the last that lets it go. Thread-safe.
 */
final class SharedModel {
  private final ModelFile file;
  private final Model model;
  private final Map<String, Optional<ValueType>> features;
  private int users;
  private @Nullable OnnxModel open;

  /**
   * @param features types of the features of the model's service
   */
  SharedModel(ModelFile file, Model model, Map<String, Optional<ValueType>> features) {
    this.file = file;
    this.model = model;
    this.features = features;
  }

  /** The open model; pair it with {@link #release}. */
  synchronized OnnxModel acquire() {
    if (open == null) {
      open = OnnxModel.open(file, model, features);
    }
    users++;
    return open;
  }

  /** Says that one who acquired the model has closed what it made from it. */
  synchronized void release() {
    if (users == 0 || open == null) {
      throw new IllegalStateException("released more often than acquired");
    }
    users--;
    if (users == 0) {
      open.close();
      open = null;
    }
  }
}
