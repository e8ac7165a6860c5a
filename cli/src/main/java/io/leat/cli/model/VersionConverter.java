package io.leat.cli.model;

import io.leat.models.registry.ModelReference;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** {@code fraud@3} and the like. */
final class VersionConverter implements ITypeConverter<ModelReference> {
  @Override
  public ModelReference convert(String text) {
    return ModelReference.parse(text)
        .orElseThrow(
            () ->
                new TypeConversionException(
                    "'%s' is no version of a model; expected MODEL@VERSION, as in fraud@3, fraud@2026-11-01 or fraud@champion"
                        .formatted(text)));
  }
}
