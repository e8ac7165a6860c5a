package io.leat.scoring;

import io.leat.pipeline.definition.Model;
import io.leat.pipeline.definition.Pipeline;

/** What the scoring service checks of a model before it starts, for those who ask earlier. */
public final class ModelCheck {
  private ModelCheck() {}

  /**
   * Opens a model's file as the scoring service does, and tries it on a row of zeros.
   *
   * @throws io.leat.pipeline.model.ModelException with what does not fit
   */
  public static void check(Model model, Pipeline pipeline) {
    ServedModel.check(model, pipeline);
  }
}
