package io.leat.mlflow;

import com.linecorp.armeria.common.HttpStatus;
import io.leat.runtime.access.RefusedException;
import org.jspecify.annotations.Nullable;

/** A request that is not answered, as MLflow's clients are told: a code of theirs, a sentence. */
final class Refusal extends RefusedException {
  private static final long serialVersionUID = 1L;

  private final String code;

  /**
   * @param code one of MLflow's ({@code databricks.proto})
   */
  Refusal(HttpStatus status, String code, String message, @Nullable Object... arguments) {
    super(status, arguments.length == 0 ? message : message.formatted(arguments));
    this.code = code;
  }

  /** What was asked makes no sense, or is not done here. */
  static Refusal invalid(String message, @Nullable Object... arguments) {
    return new Refusal(HttpStatus.BAD_REQUEST, "INVALID_PARAMETER_VALUE", message, arguments);
  }

  static Refusal absent(String message, @Nullable Object... arguments) {
    return new Refusal(HttpStatus.NOT_FOUND, "RESOURCE_DOES_NOT_EXIST", message, arguments);
  }

  String code() {
    return code;
  }
}
