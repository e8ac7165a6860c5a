package io.leat.pipeline.definition;

import java.io.Serializable;

/**
 * One version of a feature service: what a model, its training set and its reference profile were
 * made for.
 *
 * @param name the service's name
 * @param version version of the definition, from 1
 */
public record ServiceId(String name, int version) implements Serializable {
  private static final long serialVersionUID = 1L;

  /**
   * @throws IllegalArgumentException if the name is blank or holds an {@code @}, or the version is
   *     less than 1
   */
  public ServiceId {
    Names.require("feature service", name);
    Names.requireVersion("feature service " + name, version);
  }

  /** {@code fraud@3}, as it is stored and written. */
  @Override
  public String toString() {
    return name + "@" + version;
  }
}
