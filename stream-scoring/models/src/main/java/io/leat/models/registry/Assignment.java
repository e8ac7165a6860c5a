package io.leat.models.registry;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.leat.common.ErrorCode;
import io.leat.common.LeatException;
import io.leat.records.ModelRole;
import io.leat.records.Rollout;
import io.leat.records.RolloutArm;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.apache.commons.codec.digest.MurmurHash3;

/**
 * Which of a rollout's arms decides for a key, and which score beside it. A function of salt,
 * weights and key alone: an entity stays with its arm, in every partition, process and replay.
 *
 * <p>{@code u = murmur3_x64_128(salt ":" key) / 2^64}, of the hash's first half, unsigned, its
 * upper 53 bits. Canaries have the intervals from 0 on, in the order of the arms, each as long as
 * its weight; the champion has the rest. So a canary whose weight is raised keeps its entities.
 * Immutable.
 */
public final class Assignment {
  private static final int DROPPED_BITS = 11;
  private static final double UNIT = 0x1.0p-53;

  private final byte[] prefix;
  private final List<Share> shares;
  private final List<RolloutArm> shadows;
  private final RolloutArm champion;
  private final Optional<RolloutArm> fallback;

  /** The arm of all {@code u} below {@code end} that are in no interval before. */
  private record Share(RolloutArm arm, double end) {}

  /**
   * @throws LeatException if the rollout has another number of champions than one
   */
  public Assignment(Rollout rollout) {
    this.prefix = (rollout.getSalt() + ":").getBytes(UTF_8);
    List<RolloutArm> champions = arms(rollout, ModelRole.CHAMPION).toList();
    if (champions.size() != 1) {
      throw new LeatException(
          ErrorCode.MODEL,
          "A rollout has %d champions; expected 1: %s".formatted(champions.size(), rollout));
    }
    this.champion = champions.get(0);
    this.fallback = arms(rollout, ModelRole.FALLBACK).findFirst();
    this.shadows = arms(rollout, ModelRole.SHADOW).toList();
    List<Share> canaries = new ArrayList<>();
    double end = 0;
    for (RolloutArm canary : arms(rollout, ModelRole.CANARY).toList()) {
      end += canary.getWeight();
      canaries.add(new Share(canary, end));
    }
    this.shares = List.copyOf(canaries);
  }

  private static Stream<RolloutArm> arms(Rollout rollout, ModelRole role) {
    return rollout.getArms().stream().filter(arm -> arm.getRole() == role);
  }

  /**
   * The arm that decides for a key.
   *
   * @param key bytes of the record's key; none at all of a record without one
   */
  public RolloutArm decides(byte[] key) {
    if (shares.isEmpty()) {
      return champion;
    }
    double u = place(key);
    for (Share share : shares) {
      if (u < share.end()) {
        return share.arm();
      }
    }
    return champion;
  }

  /** Where a key lies, from 0 to 1 without it. */
  double place(byte[] key) {
    byte[] salted = new byte[prefix.length + key.length];
    System.arraycopy(prefix, 0, salted, 0, prefix.length);
    System.arraycopy(key, 0, salted, prefix.length, key.length);
    return (MurmurHash3.hash128x64(salted)[0] >>> DROPPED_BITS) * UNIT;
  }

  /** Decides where a canary has no score, too. */
  public RolloutArm champion() {
    return champion;
  }

  /** Scores what the champion cannot; empty where there is none. */
  public Optional<RolloutArm> fallback() {
    return fallback;
  }

  /** Those that score every vector and decide nothing. */
  public List<RolloutArm> shadows() {
    return shadows;
  }

  /** How likely it is, over entities, that an arm may score a vector. */
  public static double propensity(RolloutArm arm) {
    return switch (arm.getRole()) {
      case CHAMPION, CANARY -> arm.getWeight();
      case SHADOW, FALLBACK -> 1;
    };
  }
}
