package io.leat.runtime.access;

import java.util.Arrays;
import java.util.EnumSet;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;

/** What a principal may do at a gateway; docs/reference/http-gateway.md lists them. */
public enum Role {
  /** Send events. */
  WRITE_EVENTS,
  /** Read features. */
  READ_FEATURES,
  /** Have something scored. */
  SCORE,
  /** Read the model registry, and the files of versions. */
  READ_MODELS,
  /** Publish versions of models, and change aliases and tags. */
  WRITE_MODELS,
  /** Look after the service: read its metrics. */
  OPERATE;

  /** Every role. */
  public static Set<Role> all() {
    return EnumSet.allOf(Role.class);
  }

  /** The role that is written so; empty if there is none. */
  static Optional<Role> of(String written) {
    return Arrays.stream(values()).filter(role -> role.toString().equals(written)).findFirst();
  }

  /** As a file of keys writes it: {@code write-events}. */
  @Override
  public String toString() {
    return name().toLowerCase(Locale.ROOT).replace('_', '-');
  }
}
