package io.leat.models.registry;

import io.leat.common.ErrorCode;
import io.leat.common.LeatException;
import io.leat.records.ModelVersion;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.stream.Collectors;

/**
 * A version as people name it: {@code fraud@3} (number), {@code fraud@2026-11-01} (label), {@code
 * fraud@champion} (alias), {@code fraud@9c4f28e3} (digest, from 8 digits).
 *
 * @param version what stands behind the {@code @}
 */
public record ModelReference(String model, String version) {
  private static final int LEAST_DIGITS = 8;

  /** Empty where a text is no reference. */
  public static Optional<ModelReference> parse(String text) {
    int at = text.indexOf('@');
    return at <= 0 || at == text.length() - 1
        ? Optional.empty()
        : Optional.of(new ModelReference(text.substring(0, at), text.substring(at + 1)));
  }

  /**
   * The version that it names: by alias, else by number, else by label (the newest), else by the
   * beginning of a digest.
   *
   * @throws LeatException if there is none, with those that there are
   */
  public ModelVersion resolve(RegistryView view) {
    List<ModelVersion> versions = view.versions(model);
    return view.alias(model, version)
        .flatMap(number -> view.version(model, number))
        .or(() -> newest(versions, one -> String.valueOf(one.getNumber()).equals(version)))
        .or(() -> newest(versions, one -> one.getLabel().equals(version)))
        .or(
            () ->
                version.length() < LEAST_DIGITS
                    ? Optional.empty()
                    : newest(versions, one -> one.getDigest().startsWith(version)))
        .orElseThrow(
            () ->
                new LeatException(
                    ErrorCode.INPUT,
                    versions.isEmpty()
                        ? "The registry has no model %s; it has %s. 'leat apply' or 'leat model publish' publishes one."
                            .formatted(model, view.models().keySet())
                        : "Model %s has no version %s; it has %s. Name a number, a label, an alias, or at least %d digits of a digest."
                            .formatted(
                                model,
                                version,
                                versions.stream()
                                    .map(
                                        one -> "%d (%s)".formatted(one.getNumber(), one.getLabel()))
                                    .collect(Collectors.joining(", ")),
                                LEAST_DIGITS)));
  }

  private static Optional<ModelVersion> newest(
      List<ModelVersion> versions, Predicate<ModelVersion> wanted) {
    return versions.stream().filter(wanted).reduce((first, last) -> last);
  }

  @Override
  public String toString() {
    return model + "@" + version;
  }
}
