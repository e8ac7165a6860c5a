package io.leat.schemas;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.EnumSet;
import java.util.Optional;
import java.util.Set;

/**
 * Files with secrets, which nobody but their owner may read. The rule is PostgreSQL's for its TLS
 * key: no access for group and others; a file of root's, read by another user, may be readable for
 * the group. Where the system has no such permissions (Windows), nothing is refused.
 */
public final class OwnerOnly {
  private static final String ROOT = "root";

  private OwnerOnly() {}

  /** Why a file must not hold a secret, with the remedy, in one sentence; empty where it may. */
  public static Optional<String> problem(Path file) {
    Set<PosixFilePermission> permissions;
    boolean groupMayRead;
    try {
      permissions = Files.getPosixFilePermissions(file);
      groupMayRead =
          Files.getOwner(file).getName().equals(ROOT)
              && !ROOT.equals(System.getProperty("user.name"));
    } catch (IOException | UnsupportedOperationException e) {
      return Optional.empty(); // whoever reads it says what is amiss; or there are no permissions
    }
    Set<PosixFilePermission> allowed =
        EnumSet.of(
            PosixFilePermission.OWNER_READ,
            PosixFilePermission.OWNER_WRITE,
            PosixFilePermission.OWNER_EXECUTE);
    if (groupMayRead) {
      allowed.add(PosixFilePermission.GROUP_READ);
    }
    return allowed.containsAll(permissions)
        ? Optional.empty()
        : Optional.of(
            "%s holds secrets and can be read or changed by others than its owner (%s); run: chmod 600 %1$s"
                .formatted(file, PosixFilePermissions.toString(permissions)));
  }
}
