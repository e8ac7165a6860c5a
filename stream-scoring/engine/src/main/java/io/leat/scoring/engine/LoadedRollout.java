package io.leat.scoring.engine;

import io.leat.models.registry.Assignment;
import io.leat.records.Rollout;
import java.util.List;
import java.util.Optional;

/**
 * A rollout of which every arm's version is open.
 *
 * @param versions those of its arms, in the arms' order
 */
public record LoadedRollout(Rollout rollout, Assignment assignment, List<LoadedVersion> versions) {
  public LoadedRollout {
    versions = List.copyOf(versions);
  }

  public long revision() {
    return rollout.getRevision();
  }

  /** The version of a digest, if an arm has it. */
  public Optional<LoadedVersion> version(String digest) {
    return versions.stream()
        .filter(version -> version.version().getDigest().equals(digest))
        .findFirst();
  }

  /** The version that decides but for what canaries take. */
  public LoadedVersion champion() {
    return version(assignment.champion().getDigest())
        .orElseThrow(() -> new IllegalStateException("the champion is an arm"));
  }

  /** One user more of each version, none of which is closed. */
  public void acquire() {
    for (LoadedVersion version : versions) {
      if (!version.acquire()) {
        throw new IllegalStateException("a version was closed that a rollout has");
      }
    }
  }

  /** One user less of each version. */
  public void release() {
    versions.forEach(LoadedVersion::release);
  }
}
