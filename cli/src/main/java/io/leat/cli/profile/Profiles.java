package io.leat.cli.profile;

import io.leat.cli.command.UserError;
import io.leat.drift.ReferenceProfile;
import io.leat.drift.ReferenceProfileException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Locale;

/** What the commands have in common. */
final class Profiles {
  private Profiles() {}

  /** Reads a file; what is wrong with it is the user's to mend. */
  static ReferenceProfile read(Path file) {
    try {
      return ReferenceProfile.read(file);
    } catch (ReferenceProfileException e) {
      throw new UserError(String.valueOf(e.getMessage()), e);
    }
  }

  static String headline(ReferenceProfile profile) {
    return String.format(
        Locale.ROOT,
        "model %s, %s@%d, %,d rows from %s to %s, fingerprint %s",
        profile.model(),
        profile.service(),
        profile.serviceVersion(),
        profile.rows(),
        Instant.ofEpochMilli(profile.firstTime()),
        Instant.ofEpochMilli(profile.lastTime()),
        profile.fingerprint());
  }
}
